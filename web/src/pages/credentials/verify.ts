/** Verifying a badge in the browser: the file stays here, only the issuer's public keys and status list are asked for. */

export type Refusal =
  | "malformed"
  | "algorithm_not_allowed"
  | "unknown_key"
  | "tampered"
  | "not_yet_valid"
  | "expired"
  | "status_unknown"
  | "revoked"
  | "suspended";

export interface Badge {
  name: string;
  issuer: string;
  number: string | undefined;
  credits: number | undefined;
  policy: string | undefined;
  version: string | undefined;
  /** The values of its policy were made up. */
  illustrative: boolean;
  criteria: string | undefined;
  from: string;
  until: string | undefined;
  /** The holder's name as a salted hash. */
  holder: { hash: string; salt: string } | undefined;
}

export type Verdict = { holds: true; badge: Badge } | { holds: false; why: Refusal; badge?: Badge };

/** A key of a list as RFC 7517 has it: of any sort, and nearly nothing is obligatory. */
export interface Key {
  kty: string;
  kid?: string;
  alg?: string;
  use?: string;
  key_ops?: string[];
  n?: string;
  e?: string;
}

/** What issuers publish; nothing if this service has no such issuer or list. */
export interface Published {
  keys: (district: string) => Promise<Key[] | undefined>;
  list: (district: string, list: string) => Promise<string | undefined>;
}

type Fields = Record<string, unknown>;

class Refused extends Error {
  constructor(readonly why: Refusal) {
    super(why);
  }
}

/** By how much a clock may be behind the issuer's. */
const LEEWAY = 120_000;
/** The least bits of a list; in a shorter one somebody could be found by being one of few. */
const BITS = 131_072;
/** More is not unpacked. */
const LARGEST = 4 << 20;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown) => (typeof value === "string" ? value : undefined);
const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), value);

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*$/.test(base64url)) throw new Refused("malformed");
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function json(part: string): Fields {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes(part)));
    if (isFields(value)) return value;
  } catch {
    // No JSON.
  }
  throw new Refused("malformed");
}

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** The address of an issuer, or of one of its keys. */
const ISSUER = /\/api\/v1\/issuers\/([^/]+)(?:\/keys\/[^/]+)?$/;

/** What a key is called within its list: the last part of its address. */
const short = (kid: string) => kid.split("/").at(-1);

/** The issuer under whose address a key is named, if it is. */
const ownerOf = (kid: string | undefined) => /^(.*)\/keys\/[^/]*$/.exec(kid ?? "")?.[1];

/**
 * Whether a key that is listed under this name speaks for an issuer. Under which host it is listed may have changed since the issuer
 * signed; but where the issuer's own keys are listed beside it, whoever has the other host is somebody else.
 */
function speaksFor(listed: string | undefined, issuer: string, keys: Key[]): boolean {
  const owner = ownerOf(listed);
  if (owner === undefined || owner === issuer) return true;
  const code = ISSUER.exec(owner)?.[1];
  const renamed = code !== undefined && code === ISSUER.exec(issuer)?.[1];
  return renamed && !keys.some((key) => ownerOf(key.kid) === issuer);
}

/** Whether a key can check badges: what it does not say it leaves open, and what it says must fit. */
const fits = ({ kty, use = "sig", alg = "RS256", key_ops: ops = ["verify"], n, e }: Key) =>
  kty === "RSA" && use === "sig" && alg === "RS256" && Array.isArray(ops) && ops.includes("verify") && n !== undefined && e !== undefined;

/** Whether it is this key that has signed; a key that cannot be read has not. */
async function hasSigned({ n, e }: Key, signature: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const jwk = { kty: "RSA", alg: "RS256", ...(n !== undefined && { n }), ...(e !== undefined && { e }) };
  const key = await crypto.subtle.importKey("jwk", jwk, ALGORITHM, false, ["verify"]).catch(() => undefined);
  return key !== undefined && crypto.subtle.verify(ALGORITHM, key, signature, message);
}

/** What a JWT says, if one of the issuer's keys has signed it. The one algorithm is RS256: with another, a public key could be taken for a secret. */
async function signed(jwt: string, published: Published): Promise<{ payload: Fields; district: string }> {
  const parts = jwt.trim().split(".");
  const [head, body, signature] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || signature === undefined) throw new Refused("malformed");
  const header = json(head);
  const kid = text(header["kid"]);
  if (header["kid"] !== undefined && kid === undefined) throw new Refused("malformed");
  if (text(header["alg"]) === undefined) throw new Refused("malformed");
  if (header["alg"] !== "RS256") throw new Refused("algorithm_not_allowed");
  if ("crit" in header) throw new Refused("malformed");
  const payload = json(body);
  const issuer = text(payload["iss"]);
  if (issuer === undefined) throw new Refused("malformed");
  // Under which name the service was known then does not matter: it is the path that leads to its keys.
  const district = (ISSUER.exec(kid ?? "") ?? ISSUER.exec(issuer))?.[1];
  const listed = district === undefined ? undefined : await published.keys(decodeURIComponent(district));
  const keys = listed?.filter((key) => isFields(key) && fits(key)) ?? [];
  const fitting = keys.filter((key) => kid === undefined || key.kid === undefined || short(key.kid) === short(kid));
  if (fitting.length === 0 || district === undefined) throw new Refused("unknown_key");
  const message = new TextEncoder().encode(`${head}.${body}`);
  // One key may be listed twice, under an old name of its issuer and a new one.
  const checked = await Promise.all(fitting.map((key) => hasSigned(key, bytes(signature), message)));
  const signers = fitting.filter((_, index) => checked[index]);
  if (signers.length === 0) throw new Refused("tampered");
  // A key that is listed under its issuer signs in the name of no other, whatever name the file gives it.
  const named = ownerOf(kid) ?? issuer;
  if (named !== issuer || !signers.some((key) => speaksFor(key.kid, issuer, keys))) throw new Refused("unknown_key");
  return { payload, district: decodeURIComponent(district) };
}

const issuerOf = (payload: Fields) => text(at(payload, "issuer", "id")) ?? text(payload["issuer"]);

/** The moment that credential and claim agree on, to the second. */
function moment(payload: Fields, field: string, claim: string): number | undefined {
  const said = payload[field] === undefined ? undefined : Date.parse(text(payload[field]) ?? "");
  if (said !== undefined && Number.isNaN(said)) throw new Refused("malformed");
  const claimed = payload[claim];
  if ((said === undefined ? undefined : Math.floor(said / 1000)) !== claimed) throw new Refused("malformed");
  return said;
}

function read(payload: Fields): Badge {
  const types = [payload["type"]].flat();
  const subject = payload["credentialSubject"];
  const same = [
    [payload["iss"], issuerOf(payload)],
    [payload["jti"], payload["id"]],
    [payload["sub"], at(subject, "id")],
  ].every(([claim, said]) => typeof said === "string" && claim === said);
  const name = text(at(subject, "achievement", "name"));
  const from = text(payload["validFrom"]);
  const badge = types.includes("AchievementCredential") || types.includes("OpenBadgeCredential");
  if (!types.includes("VerifiableCredential") || !badge || !same || name === undefined || from === undefined) throw new Refused("malformed");
  const identities = at(subject, "identifier");
  const identity: unknown = Array.isArray(identities) ? identities[0] : undefined;
  const [hash, salt] = [text(at(identity, "identityHash")), text(at(identity, "salt"))];
  const credits = at(subject, "creditsEarned");
  return {
    name,
    issuer: text(at(payload, "issuer", "name")) ?? "",
    number: text(at(subject, "licenseNumber")),
    credits: typeof credits === "number" ? credits : undefined,
    policy: text(at(subject, "achievement", "description")),
    version: text(at(subject, "achievement", "version")),
    illustrative: [at(subject, "achievement", "tag")].flat().includes("illustrative-policy"),
    criteria: text(at(subject, "achievement", "criteria", "narrative")),
    from,
    until: text(payload["validUntil"]),
    holder: hash !== undefined && salt !== undefined ? { hash, salt } : undefined,
  };
}

async function inflated(encoded: string): Promise<Uint8Array> {
  if (!encoded.startsWith("u")) throw new Refused("status_unknown");
  const packed = new Response(bytes(encoded.slice(1))).body;
  if (packed === null) throw new Refused("status_unknown");
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > LARGEST) throw new Refused("status_unknown");
    chunks.push(value);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/** Whether the bit of an entry is set. A status that is not understood must not pass for a good one. */
async function bit(entry: unknown, payload: Fields, published: Published, now: number): Promise<boolean> {
  const purpose = at(entry, "statusPurpose");
  const address = text(at(entry, "statusListCredential"));
  const place = Number(text(at(entry, "statusListIndex")) ?? "-");
  const named = /\/api\/v1\/issuers\/([^/]+)\/status\/([^/]+)$/.exec(address ?? "");
  if (at(entry, "type") !== "BitstringStatusListEntry" || (purpose !== "revocation" && purpose !== "suspension")) throw new Refused("status_unknown");
  if (named?.[1] === undefined || named[2] === undefined || !Number.isInteger(place) || place < 0) throw new Refused("status_unknown");
  const jwt = await published.list(decodeURIComponent(named[1]), named[2]);
  if (jwt === undefined) throw new Refused("status_unknown");
  const list = (await signed(jwt, published)).payload;
  const subject = list["credentialSubject"];
  const [from, until] = [Date.parse(text(list["validFrom"]) ?? ""), list["validUntil"] === undefined ? Infinity : Date.parse(text(list["validUntil"]) ?? "")];
  // Whose key has signed is known of `iss`, so the list must be of nobody else.
  const its =
    list["id"] === address &&
    issuerOf(list) === issuerOf(payload) &&
    list["iss"] === payload["iss"] &&
    at(subject, "type") === "BitstringStatusList" &&
    at(subject, "statusPurpose") === purpose &&
    from <= now + LEEWAY;
  const encoded = text(at(subject, "encodedList"));
  if (!its || encoded === undefined) throw new Refused("status_unknown");
  const bits = await inflated(encoded);
  const byte = bits[Math.floor(place / 8)];
  if (bits.length * 8 < BITS || byte === undefined) throw new Refused("status_unknown");
  const set = (byte & (0x80 >> (place % 8))) !== 0;
  // What was revoked stays so; all else a list that has ended does not tell.
  const lasts = until > now;
  if (!lasts && !(set && purpose === "revocation")) throw new Refused("status_unknown");
  return set;
}

/** Whether a badge holds now; if not, why. */
export async function verifyBadge(jwt: string, published: Published, now: number): Promise<Verdict> {
  let badge: Badge | undefined;
  try {
    const { payload } = await signed(jwt, published);
    badge = read(payload);
    const from = moment(payload, "validFrom", "nbf");
    const until = moment(payload, "validUntil", "exp");
    if (from === undefined) throw new Refused("malformed");
    if (now + LEEWAY < from) throw new Refused("not_yet_valid");
    if (until !== undefined && until <= now) throw new Refused("expired");
    for (const entry of [payload["credentialStatus"] ?? []].flat()) {
      const set = await bit(entry, payload, published, now).catch((error: unknown) => {
        throw error instanceof Refused && error.why === "status_unknown" ? error : new Refused("status_unknown");
      });
      if (set) throw new Refused(at(entry, "statusPurpose") === "suspension" ? "suspended" : "revoked");
    }
    return { holds: true, badge };
  } catch (error) {
    const why = error instanceof Refused ? error.why : "malformed";
    return { holds: false, why, ...(badge && { badge }) };
  }
}

/** Whether this is the name that a badge has as a hash. */
export async function isName(holder: { hash: string; salt: string }, name: string): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${name.trim()}${holder.salt}`)));
  return holder.hash === `sha256$${[...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** What this service publishes. */
export const publishedHere: Published = {
  keys: async (district) => {
    const answer = await fetch(`/api/v1/issuers/${encodeURIComponent(district)}/jwks.json`, { cache: "no-cache" });
    return answer.ok ? ((await answer.json()) as { keys: Key[] }).keys : undefined;
  },
  list: async (district, list) => {
    const answer = await fetch(`/api/v1/issuers/${encodeURIComponent(district)}/status/${encodeURIComponent(list)}`, { cache: "no-cache" });
    return answer.ok ? await answer.text() : undefined;
  },
};
