import type { APIRequestContext, BrowserContext, Page } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, expect, PHONE, shot, signIn, test } from "./fixtures";
import { answered, scan } from "./gate";

// Against the demonstration district: KEPU_URL alone. Each run makes a session of its own, with classes until it has 200 guests.

test.slow();

interface StoredRow {
  id: string;
  person_id: string | null;
  verdict: string;
  reason: string;
}

/** A session that has just begun, with whole classes of as many schools as it takes, and the passes of at most so many guests. */
async function begun(request: APIRequestContext, count: number) {
  const base = await token(request, "base01");
  const me = await ask<{ grants: { organization_id: string }[] }>(request, base, "GET", "/api/v1/me");
  const host = me.grants[0]?.organization_id ?? "";
  const { items } = await ask<{ items: { id: string; code: string }[] }>(request, base, "GET", `/api/v1/activities?host_id=${host}&limit=500`);
  const { id } = await ask<{ id: string }>(request, base, "POST", "/api/v1/sessions", {
    activity_id: items.find((one) => one.code === "P1")?.id,
    starts_at: new Date(Date.now() - 600_000 + Math.random() * 60_000).toISOString(),
    place: "east gate",
  });
  const passes: string[] = [];
  for (let school = 1; passes.length < count && school < 10; school += 1) {
    const answer = await request.post("/api/v1/auth/login", { data: { login: `teacher0${school}`, password: PASSWORD } });
    // A small demonstration has fewer schools.
    if (!answer.ok()) break;
    const teacher = ((await answer.json()) as { access_token: string }).access_token;
    const classes = await ask<{ items: { id: string }[] }>(request, teacher, "GET", "/api/v1/classes?limit=500");
    for (const group of classes.items) {
      if (passes.length >= count) break;
      await ask(request, teacher, "POST", `/api/v1/sessions/${id}/participations`, { class_id: group.id });
      const people = await ask<{ items: { id: string }[] }>(request, teacher, "GET", `/api/v1/classes/${group.id}/persons?limit=500`);
      for (const person of people.items.slice(0, count - passes.length)) {
        // Passes are the school's to hand out; each is made when it is first asked for.
        const pass = await ask<{ token: string }>(request, teacher, "GET", `/api/v1/persons/${person.id}/pass`);
        passes.push(pass.token);
      }
    }
  }
  expect(passes.length).toBeGreaterThanOrEqual(Math.min(count, 50));
  return { id, passes };
}

/** All scans of a session that the service has. */
async function stored(request: APIRequestContext, session: string): Promise<StoredRow[]> {
  const base = await token(request, "base01");
  const rows: StoredRow[] = [];
  let cursor = "";
  do {
    const page = await ask<{ items: StoredRow[]; next_cursor?: string | null }>(
      request,
      base,
      "GET",
      `/api/v1/sessions/${session}/scans?limit=500${cursor && `&cursor=${cursor}`}`,
    );
    rows.push(...page.items);
    cursor = page.next_cursor ?? "";
  } while (cursor !== "");
  return rows;
}

async function openDoor(page: Page, session: string) {
  await page.goto(`/door/${session}`);
  await expect(page.locator(`[data-door="${session}"]`)).toBeVisible();
}

/** Until the worker has the door's files: from then on the page starts without a network. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const { active: worker } = await navigator.serviceWorker.ready;
    if (worker && worker.state !== "activated")
      await new Promise<void>((resolve) => {
        worker.addEventListener("statechange", () => worker.state === "activated" && resolve());
      });
    return worker !== null;
  });

const allSent = (page: Page) => expect(page.locator('[data-waiting="0"]')).toBeVisible({ timeout: 60_000 });

test("no scan is lost or doubled when the network goes and the page is closed in the middle of 200", async ({ page, context, request }) => {
  const { id, passes } = await begun(request, 200);
  // Where there are fewer than 200 pupils, some come twice.
  const scans = Array.from({ length: 200 }, (_, at) => ({
    pass: passes[at % passes.length] ?? "",
    reason: at < passes.length ? "in" : "already_in",
  }));
  const inside = (scanned: number) => String(Math.min(scanned, passes.length));
  await page.setViewportSize(PHONE);
  await signIn(page, "base01", PASSWORD);
  await openDoor(page, id);
  expect(await kept(page)).toBe(true);
  for (const { pass, reason } of scans.slice(0, 60)) expect(await scan(page, pass)).toBe(reason);

  await context.setOffline(true);
  for (const { pass, reason } of scans.slice(60, 130)) expect(await scan(page, pass)).toBe(reason);
  await expect(page.getByTestId("inside")).toHaveText(inside(130));
  await page.close();

  const again = await context.newPage();
  await again.setViewportSize(PHONE);
  await openDoor(again, id);
  await expect(again.getByTestId("inside")).toHaveText(inside(130));
  await expect(again.locator("[data-online]")).toHaveAttribute("data-online", "false");
  for (const { pass, reason } of scans.slice(130)) expect(await scan(again, pass)).toBe(reason);

  await context.setOffline(false);
  await allSent(again);
  const rows = await stored(request, id);
  expect(rows).toHaveLength(200);
  expect(new Set(rows.map((row) => row.id)).size).toBe(200);
  const accepted = rows.filter((row) => row.verdict === "accepted");
  expect(accepted).toHaveLength(passes.length);
  expect(new Set(accepted.map((row) => row.person_id)).size).toBe(passes.length);
  expect(rows.filter((row) => row.reason === "already_in")).toHaveLength(200 - passes.length);
});

test("two devices at one gate agree after both have sent", async ({ browser, request, baseURL }) => {
  const { id, passes } = await begun(request, 20);
  const guide = async (): Promise<{ context: BrowserContext; page: Page }> => {
    const context = await browser.newContext({ ...(baseURL && { baseURL }), viewport: PHONE, locale: "zh-CN" });
    const page = await context.newPage();
    await signIn(page, "base01", PASSWORD);
    await openDoor(page, id);
    await context.setOffline(true);
    return { context, page };
  };
  const [one, two] = [await guide(), await guide()];
  for (const pass of passes) expect(await scan(one.page, pass)).toBe("in");
  for (const pass of passes.toReversed()) expect(await scan(two.page, pass)).toBe("in");

  // The later device sends first.
  await two.context.setOffline(false);
  await allSent(two.page);
  await one.context.setOffline(false);
  await allSent(one.page);
  const rows = await stored(request, id);
  expect(rows).toHaveLength(40);
  expect(rows.filter((row) => row.verdict === "accepted")).toHaveLength(20);
  expect(rows.filter((row) => row.verdict === "duplicate_of")).toHaveLength(20);
  for (const { page, context } of [one, two]) {
    await page.getByRole("button", { name: "更多" }).click();
    await page.getByRole("menuitem", { name: "更新名单" }).click();
    await expect(page.getByTestId("inside")).toHaveText("20");
    expect(await scan(page, passes[3] ?? "")).toBe("already_in");
    await allSent(page);
    await context.close();
  }
});

test("a guide works by hand, by class and with the rotating code; sends after signing in again", async ({ page, context, request }) => {
  const { id, passes } = await begun(request, 20);
  await page.setViewportSize(PHONE);
  await signIn(page, "base01", PASSWORD);
  await page.goto(`/sessions/${id}`);
  await page.getByRole("button", { name: "打开检票口" }).click();
  await expect(page.locator(`[data-door="${id}"]`)).toBeVisible();
  await axe(page);
  await shot(page, "door-empty");

  expect(await scan(page, "https://example.org/not-a-pass")).toBe("unreadable");
  expect(await scan(page, passes[0] ?? "")).toBe("in");
  await shot(page, "door-answer");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "查名单" }).click();
  const drawer = page.getByRole("dialog", { name: "查名单" });
  expect(await answered(page, () => drawer.getByRole("button", { name: /^入场/ }).first().click())).toBe("in");
  await expect(page.locator(".kepu-door-answer")).toHaveCount(0);
  await drawer.getByText("整班", { exact: true }).click();
  await axe(page);
  // Watched from before it comes: it goes from the screen by itself, soon.
  const told = page.waitForFunction(() => document.querySelector(".kepu-door-answer")?.textContent?.includes("人"));
  await drawer.getByRole("button", { name: /^全班入场/ }).first().click();
  await told;
  await expect(page.locator(".kepu-door-answer")).toHaveCount(0);
  await drawer.getByRole("button", { name: /关闭|Close/ }).click();

  await page.getByRole("button", { name: "场次码" }).click();
  const code = page.getByRole("img", { name: "场次码的二维码" });
  await expect(code).toHaveAttribute("data-code", new RegExp(`/attend/${id}\\?c=\\d+\\.[A-Z2-7]{16}$`));
  await axe(page);
  await shot(page, "door-code");
  await page.keyboard.press("Escape");

  await allSent(page);
  await context.clearCookies();
  await scan(page, passes[1] ?? "");
  await page.getByRole("button", { name: "重新登录" }).click();
  const form = page.getByRole("dialog", { name: "重新登录" });
  await form.locator('input[autocomplete="username"]').fill("base01");
  await form.locator('input[type="password"]').fill(PASSWORD);
  await form.getByRole("button", { name: "登录", exact: true }).click();
  await allSent(page);
  await page.goto("/door");
  await expect(page.getByRole("heading", { level: 1, name: "检票口" })).toBeVisible();
  await axe(page);
  await shot(page, "door-list");
});

test("a teacher checks a class in by the code on the guide's screen", async ({ page, request, browser, baseURL }) => {
  const { id } = await begun(request, 20);
  await signIn(page, "base01", PASSWORD);
  await openDoor(page, id);
  await page.getByRole("button", { name: "场次码" }).click();
  const address = await page.getByRole("img", { name: "场次码的二维码" }).getAttribute("data-code");
  const context = await browser.newContext({ ...(baseURL && { baseURL }), viewport: PHONE, locale: "zh-CN" });
  const teacher = await context.newPage();
  await signIn(teacher, "teacher01", PASSWORD);
  await teacher.goto(address ?? "");
  await teacher.getByRole("group", { name: "班级" }).getByRole("button").first().click();
  await teacher.getByRole("button", { name: /^登记 \d+ 人到场$/ }).click();
  await expect(teacher.locator('[data-verdict="accepted"]').first()).toBeVisible();
  await axe(teacher);
  await context.close();
});
