import { beforeAll, describe, expect, it } from "vitest";
import { isName, type Key, type Published, verifyBadge } from "./verify";

const ISSUER = "https://kepu.test/api/v1/issuers/D1";
const LIST = `${ISSUER}/status/1`;
const NOW = Date.parse("2026-06-01T08:00:00Z");
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function house(id: string) {
  const pair = await crypto.subtle.generateKey(RSA, true, ["sign", "verify"]);
  const { n = "", e = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const key: Key = { kid: `${ISSUER}/keys/${id}`, kty: "RSA", alg: "RS256", use: "sig", n, e };
  const sign = async (payload: object, header: object = {}) => {
    // What is undefined is not written.
    const text = `${part({ alg: "RS256", kid: key.kid, ...header })}.${part(payload)}`;
    const signature = await crypto.subtle.sign(RSA, pair.privateKey, new TextEncoder().encode(text));
    return `${text}.${Buffer.from(signature).toString("base64url")}`;
  };
  return { key, sign };
}

const badge = () => ({
  id: "urn:uuid:1",
  type: ["VerifiableCredential", "AchievementCredential"],
  issuer: { id: ISSUER, name: "D1" },
  validFrom: "2026-06-01T07:00:00Z",
  validUntil: "2026-07-01T07:00:00Z",
  credentialSubject: { id: "urn:uuid:2", creditsEarned: 2, achievement: { name: "Ten credits" } },
  credentialStatus: { type: "BitstringStatusListEntry", statusPurpose: "revocation", statusListIndex: "5", statusListCredential: LIST },
  iss: ISSUER,
  jti: "urn:uuid:1",
  sub: "urn:uuid:2",
  nbf: Date.parse("2026-06-01T07:00:00Z") / 1000,
  exp: Date.parse("2026-07-01T07:00:00Z") / 1000,
});

async function encoded(set: number[], bytes = 16_384) {
  const bits = new Uint8Array(bytes);
  for (const place of set) bits[place >> 3] = (bits[place >> 3] ?? 0) | (0x80 >> (place % 8));
  const packed = await new Response(new Response(bits).body?.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  return `u${Buffer.from(packed).toString("base64url")}`;
}

const list = (encodedList: string, purpose = "revocation") => ({
  id: LIST,
  issuer: ISSUER,
  iss: ISSUER,
  validFrom: "2026-06-01T07:00:00Z",
  credentialSubject: { type: "BitstringStatusList", statusPurpose: purpose, encodedList },
});

describe("a badge in the browser", () => {
  let ours: Awaited<ReturnType<typeof house>>;
  let theirs: Awaited<ReturnType<typeof house>>;
  let open: string;
  const published = (status: string | undefined): Published => ({
    keys: async (district) => (district === "D1" ? [ours.key] : undefined),
    list: async () => status,
  });
  const why = async (jwt: string, status: string | undefined = open, now = NOW) => {
    const verdict = await verifyBadge(jwt, published(status), now);
    return verdict.holds ? undefined : verdict.why;
  };
  beforeAll(async () => {
    [ours, theirs] = [await house("1"), await house("2")];
    open = await ours.sign(list(await encoded([4, 6])));
  });

  it("holds as it was issued", async () => {
    const verdict = await verifyBadge(await ours.sign(badge()), published(open), NOW);
    expect(verdict).toMatchObject({ holds: true, badge: { name: "Ten credits", issuer: "D1", credits: 2, illustrative: false } });
    const achievement = { name: "Ten credits", description: "By the hour", version: "1", tag: ["illustrative-policy"] };
    const made = await ours.sign({ ...badge(), credentialSubject: { ...badge().credentialSubject, achievement } });
    const told = await verifyBadge(made, published(open), NOW);
    expect(told.badge).toMatchObject({ policy: "By the hour", version: "1", illustrative: true });
  });

  it("is refused for the right reason", async () => {
    const good = await ours.sign(badge());
    const [head, , signature] = good.split(".");
    expect(await why(`${head}.${part({ ...badge(), name: "else" })}.${signature}`)).toBe("tampered");
    expect(await why(await theirs.sign(badge()))).toBe("unknown_key");
    expect(await why(await theirs.sign(badge(), { kid: ours.key.kid }))).toBe("tampered");
    expect(await why(await ours.sign({ ...badge(), iss: "https://else.test" }))).toBe("unknown_key");
    expect(await why(`${part({ alg: "none", kid: ours.key.kid })}.${part(badge())}.`)).toBe("algorithm_not_allowed");
    expect(await why(`${part({ alg: "HS256", kid: ours.key.kid })}.${part(badge())}.AAAA`)).toBe("algorithm_not_allowed");
    expect(await why(good, open, NOW - 2 * 3_600_000)).toBe("not_yet_valid");
    expect(await why(good, open, Date.parse("2026-07-01T07:00:00Z"))).toBe("expired");
    expect(await why(await ours.sign({ ...badge(), exp: 4_000_000_000 }))).toBe("malformed");
    expect(await why(await ours.sign({ ...badge(), sub: "urn:uuid:3" }))).toBe("malformed");
    for (const nonsense of ["", "a.b", "a.b.c", "%PDF-1.7", open]) expect(await why(nonsense)).toBe("malformed");
  });

  it("is checked by the keys of any lawful list", async () => {
    const good = await ours.sign(badge());
    const under = async (keys: object[], jwt = good) => {
      const verdict = await verifyBadge(jwt, { ...published(open), keys: async () => keys as Key[] }, NOW);
      return verdict.holds ? undefined : verdict.why;
    };
    const { kid, n, e } = ours.key;
    const wrong = { kty: "RSA", n: theirs.key.n, e: theirs.key.e };
    const curve = { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid };
    expect(await under([{ kty: "RSA", n, e }])).toBe(undefined);
    expect(await under([{ kty: "RSA", n, e, kid, key_ops: ["verify"] }])).toBe(undefined);
    expect(await under([curve, { kty: "RSA", kid }, wrong, { kty: "RSA", n, e }])).toBe(undefined);
    expect(await under([wrong])).toBe("tampered");
    expect(await under([curve])).toBe("unknown_key");
    expect(await under([{ kty: "RSA", n, e, use: "enc" }])).toBe("unknown_key");
    expect(await under([{ kty: "RSA", n, e, key_ops: ["encrypt"] }])).toBe("unknown_key");
    expect(await under([{ kty: "RSA", n, e, alg: "RS512" }])).toBe("unknown_key");
    // A badge that names no key.
    const nameless = await ours.sign(badge(), { kid: undefined });
    expect(await under([theirs.key, ours.key], nameless)).toBe(undefined);
    expect(await under([theirs.key], nameless)).toBe("tampered");
  });

  it("is of the issuer under whom its key is listed, whatever key the file names", async () => {
    const other = ISSUER.replace("D1", "D2");
    const foreign = { ...theirs.key, kid: `${other}/keys/2` };
    const under = async (jwt: string, keys: Key[], status = open) => {
      const verdict = await verifyBadge(jwt, { keys: async () => keys, list: async () => status }, NOW);
      return verdict.holds ? undefined : verdict.why;
    };
    for (const kid of [`${ISSUER}/keys/2`, foreign.kid, "2", undefined]) {
      expect(await under(await theirs.sign(badge(), { kid }), [ours.key, foreign])).toBe("unknown_key");
    }
    const good = await ours.sign(badge());
    const forged = await theirs.sign(list(await encoded([5])), { kid: `${ISSUER}/keys/2` });
    expect(await under(good, [ours.key, foreign], forged)).toBe("status_unknown");
    const twoFaced = await theirs.sign({ ...list(await encoded([5])), iss: other }, { kid: foreign.kid });
    expect(await under(good, [ours.key, foreign], twoFaced)).toBe("status_unknown");
    // A service that got another name lists its keys under that; where the old name is listed beside it, it is somebody else's.
    const moved = (key: Key) => ({ ...key, kid: (key.kid ?? "").replace("kepu.test", "new.test") });
    expect(await under(good, [moved(ours.key)])).toBe(undefined);
    expect(await under(good, [moved(ours.key), ours.key])).toBe(undefined);
    expect(await under(await theirs.sign(badge(), { kid: `${ISSUER}/keys/2` }), [ours.key, moved(theirs.key)])).toBe("unknown_key");
  });

  it("is judged by a status list that the issuer has signed", async () => {
    const good = await ours.sign(badge());
    const judged = async (payload: object) => why(good, await ours.sign(payload));
    expect(await judged(list(await encoded([5])))).toBe("revoked");
    const ended = { validUntil: "2026-06-01T07:30:00Z" };
    expect(await judged({ ...list(await encoded([5])), ...ended })).toBe("revoked");
    expect(await judged({ ...list(await encoded([])), ...ended })).toBe("status_unknown");
    expect(await judged({ ...list(await encoded([5])), validUntil: "sometime" })).toBe("revoked");
    expect(await judged(list(await encoded([]), "suspension"))).toBe("status_unknown");
    expect(await judged({ ...list(await encoded([])), id: `${LIST}0` })).toBe("status_unknown");
    expect(await judged(list(await encoded([], 100)))).toBe("status_unknown");
    expect(await judged(list("uAAAA"))).toBe("status_unknown");
    expect(await why(good, await theirs.sign(list(await encoded([])), { kid: ours.key.kid }))).toBe("status_unknown");
    const missing: Published = { ...published(open), list: async () => undefined };
    expect(await verifyBadge(good, missing, NOW)).toMatchObject({ holds: false, why: "status_unknown" });
    const entry = { ...badge().credentialStatus, statusPurpose: "suspension" };
    const suspended = await ours.sign({ ...badge(), credentialStatus: [entry] });
    expect(await why(suspended, await ours.sign(list(await encoded([5]), "suspension")))).toBe("suspended");
    expect(await why(await ours.sign({ ...badge(), credentialStatus: { ...entry, type: "Other" } }))).toBe("status_unknown");
  });

  it("compares a name with its hash", async () => {
    // SHA-256 of "a@example.comKosher", the example of the standard.
    const holder = { hash: "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399", salt: "Kosher" };
    expect(await isName(holder, " a@example.com ")).toBe(true);
    expect(await isName(holder, "b@example.com")).toBe(false);
  });
});
