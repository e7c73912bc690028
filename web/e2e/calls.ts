import type { APIRequestContext } from "@playwright/test";
import { expect } from "./fixtures";

export const PASSWORD = process.env.KEPU_DEMO_PASSWORD ?? "guangming-demo";

/** Signs in without a page; the token speaks for the account. */
export async function token(request: APIRequestContext, login: string): Promise<string> {
  const answer = await request.post("/api/v1/auth/login", { data: { login, password: PASSWORD } });
  expect(answer.ok(), await answer.text()).toBe(true);
  return ((await answer.json()) as { access_token: string }).access_token;
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
