import { gzipSync } from "node:zlib";
import { expect, signIn, test } from "./fixtures";

const login = process.env.KEPU_TEACHER ?? "teacher01";
const password = process.env.KEPU_PASSWORD ?? "guangming-demo";

/** What the scripts of a first load may weigh: a classroom's phone waits for each of them. */
const LIMIT = 250_000;

test("the first load of a teacher's home stays light", async ({ page, browser, baseURL }) => {
  await signIn(page, login, password);
  // Another context has the sign-in, and nothing in its cache.
  const fresh = await browser.newContext({ ...(baseURL && { baseURL }), storageState: await page.context().storageState() });
  const cold = await fresh.newPage();
  const scripts: { url: string; body: Promise<Buffer> }[] = [];
  cold.on("response", (response) => {
    // The bell comes when everything else is there; a slow machine would count it, a fast one not.
    const late = /\/Bell-/.test(response.url());
    if (response.request().resourceType() === "script" && !late) scripts.push({ url: new URL(response.url()).pathname, body: response.body() });
  });
  await cold.goto("/teacher");
  await expect(cold.getByRole("heading", { level: 1, name: "工作台" })).toBeVisible();
  await cold.waitForLoadState("networkidle");
  const weights = await Promise.all(scripts.map(async ({ url, body }) => ({ url, bytes: gzipSync(await body).length })));
  const sum = weights.reduce((all, one) => all + one.bytes, 0);
  const heaviest = weights.toSorted((a, b) => b.bytes - a.bytes).map(({ url, bytes }) => `${url} ${bytes}`);
  test.info().annotations.push({ type: "bytes", description: String(sum) });
  expect(weights.length, "scripts were seen").toBeGreaterThan(3);
  expect(sum, `${sum} bytes gzip:\n${heaviest.join("\n")}`).toBeLessThanOrEqual(LIMIT);
  await fresh.close();
});
