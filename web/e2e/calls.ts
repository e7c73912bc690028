import type { APIRequestContext } from "@playwright/test";
import { expect } from "./fixtures";

export const PASSWORD = process.env.KEPU_DEMO_PASSWORD ?? "guangming-demo";

/** Signs in without a page; the token speaks for the account. */
export async function token(request: APIRequestContext, login: string): Promise<string> {
  const answer = await request.post("/api/v1/auth/login", { data: { login, password: PASSWORD } });
  expect(answer.ok(), await answer.text()).toBe(true);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** A session of an activity of its own at the host for which `as` speaks, in which nobody is yet. */
export async function ownSession(
  request: APIRequestContext,
  as: string,
  of: { code: string; title: string; minutes: number; starts_at: string; place?: string },
) {
  const me = await ask<{ grants: { organization_id: string }[] }>(request, as, "GET", "/api/v1/me");
  const host_id = me.grants[0]?.organization_id ?? "";
  const activity = { host_id, code: of.code, kind: "practice", title_zh: of.title, minutes: of.minutes };
  const { id: activity_id } = await ask<{ id: string }>(request, as, "POST", "/api/v1/activities", activity);
  const { starts_at, place } = of;
  const { id: session } = await ask<{ id: string }>(request, as, "POST", "/api/v1/sessions", { activity_id, starts_at, ...(place && { place }) });
  return { session, host_id };
}

/** The answer to a request that must succeed. */
export async function ask<T>(request: APIRequestContext, as: string, method: "GET" | "POST" | "PATCH", path: string, data?: unknown, headers = {}) {
  const answer = await request.fetch(path, {
    method,
    headers: { authorization: `Bearer ${as}`, ...headers },
    ...(data !== undefined && { data }),
  });
  expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true);
  return (await answer.json()) as T;
}
