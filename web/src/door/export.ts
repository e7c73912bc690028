import { ed25519 } from "@noble/curves/ed25519.js";
import { v4 } from "uuid";
import type { ScanItem } from "./api";
import { encodeBase64Url, utf8 } from "./bytes";
import { thisDevice } from "./device";
import { item } from "./outbox";
import type { CarriedFile, DoorStore } from "./store";

// The last resort: when a phone cannot get to the network any more, another one carries its scans.

const FORMAT = "kepu-door-1";
/** The most that the service takes at once. */
const PART = 500;

export interface Carried {
  payload: string;
  signature: string;
}

export interface CarriedPart extends Carried {
  session: string;
  count: number;
}

interface Payload {
  format: string;
  device_id: string;
  session_id: string;
  exported_at: string;
  scans: ScanItem[];
}

/** All scans of a session that this device made: sent ones too, for the service knows what it has. */
export async function makeFile(store: DoorStore, session: string, now: number = Date.now()): Promise<{ text: string; count: number }> {
  const device = await thisDevice(store);
  const rows = await store.scans.where("session_id").equals(session).sortBy("id");
  const scans = rows.filter((row) => row.device_id === device.id).map(item);
  const parts: Carried[] = [];
  for (let from = 0; from < scans.length; from += PART) {
    const payload = JSON.stringify({
      format: FORMAT,
      device_id: device.id,
      session_id: session,
      exported_at: new Date(now).toISOString(),
      scans: scans.slice(from, from + PART),
    } satisfies Payload);
    parts.push({ payload, signature: encodeBase64Url(ed25519.sign(utf8(payload), device.secret)) });
  }
  return { text: JSON.stringify({ parts }), count: scans.length };
}

/** Reads a file of another device; undefined if it is none. Whose it is, the service checks. */
export function readFile(text: string): CarriedPart[] | undefined {
  try {
    const { parts } = JSON.parse(text) as { parts?: Carried[] };
    if (!Array.isArray(parts) || parts.length === 0) return undefined;
    return parts.map(({ payload, signature }) => {
      const { format, session_id, scans } = JSON.parse(payload) as Partial<Payload>;
      if (format !== FORMAT || typeof session_id !== "string" || typeof signature !== "string" || !Array.isArray(scans))
        throw new Error("not a file of a door");
      return { payload, signature, session: session_id, count: scans.length };
    });
  } catch {
    return undefined;
  }
}

/** Puts a file into the outbox: it goes when there is a line. */
export async function carry(store: DoorStore, parts: readonly CarriedPart[], district: string): Promise<void> {
  await store.files.bulkAdd(
    parts.map(
      ({ payload, signature, session, count }): CarriedFile => ({
        id: v4(),
        session_id: session,
        district_id: district,
        payload,
        signature,
        count,
        state: "waiting",
      }),
    ),
  );
}
