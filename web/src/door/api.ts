import { kepuFetch, refresh } from "@/api/fetch";
import { ProblemError, problemOf } from "@/api/problem";
import type { Direction, Method, Mode, Verdict } from "./fold";

// The door's operations. Not through `api`: a request of the outbox must never wait under a sign-in dialog over the camera.

export interface DoorSession {
  id: string;
  activity_title_zh: string;
  activity_title_en: string;
  kind: string;
  host_id: string;
  host_name_zh: string;
  host_name_en: string;
  place: string;
  starts_at: string;
  ends_at: string;
  doors_open_at: string;
  mode: Mode;
  walk_ins: boolean;
  capacity?: number | null;
  status: string;
  closed_at?: string | null;
}

export interface DoorGuest {
  person_id: string;
  participation_id: string;
  number?: string | null;
  issue?: number | null;
  name: string;
  class_id?: string | null;
  class_name?: string | null;
  /** Tells classes of the same name apart; not every service says it. */
  grade?: number | null;
  school_name?: string | null;
  state: string;
  in_at?: string | null;
  out_at?: string | null;
}

export interface DoorPass {
  number: string;
  issue: number;
  person_id: string;
}

export interface DoorBundle {
  server_time: string;
  session: DoorSession;
  district_id: string;
  keys: { number: number; public_key: string }[];
  code: { secret: string; step_seconds: number };
  roster: DoorGuest[];
  passes: DoorPass[];
  wipe_after: string;
}

export interface OpenRequest {
  device_id: string;
  device_name: string;
  device_key: string;
  device_time: string;
}

export interface ScanItem {
  id: string;
  scanned_at: string;
  clock_offset_ms: number | null;
  direction: Direction;
  method: Method;
  pass: string | null;
  person_id: string | null;
  code: string | null;
}

export interface VerdictView {
  scan_id: string;
  verdict: Verdict;
  reason: string;
  duplicate_of?: string | null;
  at: string;
  person_id?: string | null;
  name?: string | null;
  class_name?: string | null;
  in_at?: string | null;
  out_at?: string | null;
  flags: string[];
}

export interface ScansAnswer {
  session_id: string;
  server_time: string;
  accepted: number;
  duplicates: number;
  needs_review: number;
  refused: number;
  conflicts: number;
  verdicts: VerdictView[];
}

export interface DoorApi {
  open: (session: string, body: OpenRequest, district: string | undefined) => Promise<DoorBundle>;
  send: (session: string, body: { device_id: string; scans: ScanItem[] }, district: string) => Promise<ScansAnswer>;
  importFile: (session: string, body: { payload: string; signature: string }, district: string) => Promise<ScansAnswer>;
}

export const doorApi: DoorApi = {
  open: (session, body, district) => post(`/api/v1/sessions/${session}/door`, body, district),
  send: (session, body, district) => post(`/api/v1/sessions/${session}/scans`, body, district),
  importFile: (session, body, district) => post(`/api/v1/sessions/${session}/scans/import`, body, district),
};

/** The gate's network may accept a request and never answer it. */
const PATIENCE = 30_000;

async function post<T>(path: string, body: unknown, district: string | undefined): Promise<T> {
  const ask = () =>
    fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json", ...(district !== undefined && { "kepu-district": district }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
  try {
    let response = await ask();
    if (response.status === 401 && (await refresh())) response = await ask();
    if (!response.ok) throw await problemOf(response);
    return (await response.json()) as T;
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError({ status: 0, code: "network", detail: String(error) });
  }
}

/** By the rotating code: a student for itself (nobody named), a teacher for a group. Waits under a sign-in like other pages. */
export async function presence(
  session: string,
  body: { code: string; person_ids: string[]; direction: Direction },
): Promise<ScansAnswer> {
  const request = new Request(new URL(`/api/v1/sessions/${session}/presence`, location.origin), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const response = await kepuFetch(request);
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as ScansAnswer;
}
