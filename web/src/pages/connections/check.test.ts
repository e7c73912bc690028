import { createHmac, timingSafeEqual } from "node:crypto";
import { expect, test } from "vitest";
import { CHECK_NODE } from "./check";

/** The code as a receiver would run it. */
function shown() {
  const body = CHECK_NODE.replace(/^import .*$/m, "").replace("export function", "return function");
  // oxlint-disable-next-line no-implied-eval, no-new-func
  return new Function("createHmac", "timingSafeEqual", body)(createHmac, timingSafeEqual) as (
    secret: string,
    headers: Record<string, string>,
    body: string,
  ) => boolean;
}

test("what the page tells receivers to do takes what is ours, by either secret, and nothing else", () => {
  const isFromKepu = shown();
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const sign = (id: string, time: number, body: string) =>
    `v1,${createHmac("sha256", Buffer.from(secret.slice(6), "base64")).update(`${id}.${time}.${body}`).digest("base64")}`;
  expect(sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, '{"test": 2432232314}')).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  const now = Math.floor(Date.now() / 1000);
  const headers = (time: number, signatures: string) => ({ "webhook-id": "msg_1", "webhook-timestamp": String(time), "webhook-signature": signatures });
  const right = sign("msg_1", now, "{}");
  expect(isFromKepu(secret, headers(now, right), "{}")).toBe(true);
  expect(isFromKepu(secret, headers(now, `v1,AAAA ${right}`), "{}")).toBe(true);
  expect(isFromKepu(secret, headers(now, right), '{"a":1}')).toBe(false);
  expect(isFromKepu(secret, headers(now, "v1,AAAA"), "{}")).toBe(false);
  expect(isFromKepu(secret, headers(now - 400, sign("msg_1", now - 400, "{}")), "{}")).toBe(false);
});
