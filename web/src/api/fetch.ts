import { ProblemError } from "./problem";
import { session } from "./session";

const REFRESHED = "kepu.refreshed";
const AUTH = /\/api\/v1\/auth\/(login|refresh|logout)$/;

let running: Promise<boolean> | undefined;

/** Exchanges the refresh cookie, once for all requests and tabs that find the access token expired. */
export function refresh(): Promise<boolean> {
  running ??= exchange().finally(() => {
    running = undefined;
  });
  return running;
}

async function exchange(): Promise<boolean> {
  const asked = Date.now();
  // A refresh token works once, and using it twice ends the session: only one tab may do it at a time.
  if (!("locks" in navigator)) return post();
  return navigator.locks.request("kepu-refresh", async () => {
    if (Number(localStorage.getItem(REFRESHED)) > asked) return true; // another tab was faster
    return post();
  });
}

async function post(): Promise<boolean> {
  const response = await fetch("/api/v1/auth/refresh", { method: "POST", credentials: "same-origin" });
  if (response.ok) localStorage.setItem(REFRESHED, String(Date.now()));
  else if (response.status !== 401) throw new ProblemError({ status: response.status, code: "refresh_failed" });
  return response.ok;
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ProblemError({ status: 0, code: "network", detail: String(error) });
  }
}

/**
 * `fetch` with cookies: names the district, exchanges an expired token and tries again, and, where the session has
 * ended for good, waits until somebody has signed in again, so that what was typed is sent and not lost.
 */
export async function kepuFetch(input: Request): Promise<Response> {
  const request = new Request(input, { credentials: "same-origin" });
  const district = session.district();
  if (district !== undefined && !request.headers.has("kepu-district")) request.headers.set("kepu-district", district);
  const second = request.clone();
  const third = request.clone();

  const response = await send(request);
  if (response.status !== 401 || AUTH.test(new URL(request.url).pathname)) return response;
  if (await refresh()) return send(second);
  if (session.account() === undefined) return response;
  return (await session.untilSignedIn()) ? send(third) : response;
}
