import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api, call, ifMatch } from "./client";
import { isProblem } from "./problem";
import { session } from "./session";

type Reply = (request: Request) => Response | Promise<Response>;
let replies: Record<string, Reply[]>;
let seen: string[];

const json = (status: number, body: object) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const expired = () => json(401, { status: 401, code: "token_expired", detail: "expired", title: "Unauthorized" });

beforeEach(() => {
  replies = {};
  seen = [];
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request = new Request(typeof input === "string" ? new URL(input, location.origin) : input, init);
    const key = `${request.method} ${new URL(request.url).pathname}`;
    seen.push(key);
    const reply = replies[key]?.shift();
    if (!reply) throw new TypeError(`nobody answers ${key}`);
    return reply(request);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  session.setAccount(undefined);
});

it("exchanges an expired token once for all requests, and tries again", async () => {
  replies = {
    "GET /api/v1/me": [expired, expired, () => json(200, { login: "a" }), () => json(200, { login: "a" })],
    "POST /api/v1/auth/refresh": [() => json(200, {})],
  };
  const [first, second] = await Promise.all([call(api.GET("/api/v1/me")), call(api.GET("/api/v1/me"))]);
  expect(first.login).toBe("a");
  expect(second.login).toBe("a");
  expect(seen.filter((key) => key.endsWith("/refresh"))).toHaveLength(1);
});

it("waits for a new sign-in when the session has ended, then sends the same again", async () => {
  const bodies: string[] = [];
  const path = "/api/v1/authorities";
  replies = {
    [`POST ${path}`]: [
      expired,
      async (request) => {
        bodies.push(await request.text());
        return json(201, { id: "x" });
      },
    ],
    "POST /api/v1/auth/refresh": [expired],
  };
  session.setAccount("somebody");
  const answer = call(
    api.POST("/api/v1/authorities", { body: { code: "c", level: "city", name_zh: "n", name_en: "n" } as never }),
  );
  await vi.waitFor(() => expect(session.expired()).toBe(true), { timeout: 10_000 });
  session.settle(true);
  expect(await answer).toEqual({ id: "x" });
  expect(JSON.parse(bodies[0] ?? "{}")).toMatchObject({ code: "c" });
});

it("fails as not signed in when nobody was, or nobody signs in again", async () => {
  replies = { "GET /api/v1/me": [expired, expired], "POST /api/v1/auth/refresh": [expired, expired] };
  await expect(call(api.GET("/api/v1/me"))).rejects.toMatchObject({ status: 401, code: "token_expired" });
  session.setAccount("somebody");
  const answer = call(api.GET("/api/v1/me"));
  const caught = expect(answer).rejects.toMatchObject({ status: 401 });
  await vi.waitFor(() => expect(session.expired()).toBe(true), { timeout: 10_000 });
  session.settle(false);
  await caught;
});

it("says in one way that there is no service", async () => {
  const error: unknown = await call(api.GET("/api/v1/me")).catch((wrong: unknown) => wrong);
  expect(isProblem(error, "network")).toBe(true);
});

it("names the district and the version", async () => {
  replies["GET /api/v1/me"] = [(request) => json(200, { login: request.headers.get("kepu-district") })];
  session.setDistrict("440311");
  expect((await call(api.GET("/api/v1/me"))).login).toBe("440311");
  session.setDistrict(undefined);
  expect(ifMatch(3)).toEqual({ "If-Match": '"3"' });
});
