import { api, call, type Schemas } from "@/api/client";
import { refresh } from "@/api/fetch";
import { ProblemError, problemOf } from "@/api/problem";
import type { Direction, Method, Mode, Verdict } from "./fold";

// The door's operations. Not through `api`: a request of the outbox must never wait under a sign-in dialog over the camera.

// Words that the description gives as text are named here, as far as the pages decide by them.

export type DoorSession = Omit<Schemas["DoorSession"], "mode"> & { mode: Mode };
export type DoorGuest = Schemas["DoorGuest"];
export type DoorPass = Schemas["DoorPass"];
export type DoorBundle = Omit<Schemas["DoorBundle"], "session" | "roster"> & { session: DoorSession; roster: DoorGuest[] };
export type OpenRequest = Schemas["OpenRequest"];
/** As this page makes them: everything named, so that the same scan is the same body when it is sent again. */
export type ScanItem = Required<Omit<Schemas["ScanItem"], "direction" | "method">> & { direction: Direction; method: Method };
export type VerdictView = Omit<Schemas["VerdictView"], "verdict"> & { verdict: Verdict };
export type ScansAnswer = Omit<Schemas["ScansAnswer"], "verdicts"> & { verdicts: VerdictView[] };

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
  return (await call(api.POST("/api/v1/sessions/{id}/presence", { params: { path: { id: session } }, body }))) as ScansAnswer;
}
