import type { APIRequestContext, Page } from "@playwright/test";
import { ask, ownSession, PASSWORD, token } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { scan } from "./gate";
import { option } from "./office";

// Against the demonstration district: KEPU_URL alone. Each test makes an activity and sessions of its own.
const MINUTE = 60_000;

test.slow();

interface Pupil {
  id: string;
  name: string;
  number: string;
}

interface Made {
  base: string;
  teacher: string;
  session: string;
  title: string;
  pupils: Pupil[];
}

const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();

/** Moves a session: pupils are registered for one that is to come, and then it has been. Relative to now, at any hour. */
async function move(request: APIRequestContext, base: string, session: string, from: number, to: number) {
  const { version } = await ask<{ version: number }>(request, base, "GET", `/api/v1/sessions/${session}`);
  const times = { starts_at: ago(from), ends_at: ago(to) };
  await ask(request, base, "PATCH", `/api/v1/sessions/${session}`, times, { "if-match": `"${version}"` });
}

/** A session of an activity of its own that began and ended so many minutes ago, with some registered pupils of one class. */
async function held(request: APIRequestContext, count: number, from: number, to: number, like?: Made): Promise<Made> {
  const base = await token(request, "base01");
  const teacher = await token(request, "teacher01");
  const code = `E${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
  const title = `door ${code}`;
  const { session } = await ownSession(request, base, { code, title, minutes: 120, starts_at: ago(-60), place: "east gate" });
  let pupils = like?.pupils.slice(0, count) ?? [];
  if (!like) {
    const classes = await ask<{ items: { id: string }[] }>(request, teacher, "GET", "/api/v1/classes?limit=500");
    for (const { id } of classes.items) {
      // The first class that is large enough.
      // oxlint-disable-next-line no-await-in-loop
      const { items } = await ask<{ items: Pupil[] }>(request, teacher, "GET", `/api/v1/classes/${id}/persons?limit=500`);
      pupils = items.slice(0, count);
      if (pupils.length === count) break;
    }
  }
  expect(pupils).toHaveLength(count);
  await ask(request, teacher, "POST", `/api/v1/sessions/${session}/participations`, {
    persons: pupils.map((pupil) => ({ person_id: pupil.id })),
  });
  await move(request, base, session, from, to);
  return { base, teacher, session, title, pupils };
}

/** A version 7 UUID, as devices make them. */
function uuid7(): string {
  const hex = Date.now().toString(16).padStart(12, "0");
  const random = crypto.randomUUID();
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${random.slice(15)}`;
}

/** A scan that a device without a page sends: the guide picked a person at some moment. */
async function sent(request: APIRequestContext, made: Pick<Made, "base" | "session">, pupil: Pupil | undefined, at: string) {
  const scan = { id: uuid7(), scanned_at: at, clock_offset_ms: 0, direction: "in", method: "hand", person_id: pupil?.id };
  const answer = await ask<{ verdicts: { verdict: string; reason: string }[] }>(
    request,
    made.base,
    "POST",
    `/api/v1/sessions/${made.session}/scans`,
    { device_id: crypto.randomUUID(), scans: [scan] },
  );
  return answer.verdicts.map(({ verdict, reason }) => `${verdict} ${reason}`)[0];
}

async function states(request: APIRequestContext, made: Made): Promise<Record<string, string>> {
  const { items } = await ask<{ items: { person_id: string; state: string }[] }>(
    request,
    made.base,
    "GET",
    `/api/v1/participations?session=${made.session}&limit=500`,
  );
  return Object.fromEntries(items.map((row) => [made.pupils.find(({ id }) => id === row.person_id)?.name ?? "", row.state]));
}

const row = (page: Page, pupil: Pupil | undefined) => page.getByRole("row").filter({ hasText: pupil?.name ?? "nobody" });

test("a host looks at what is unusual, closes with one held back, and decides on the late scan", async ({ page, request }) => {
  const made = await held(request, 6, 130, 10);
  const other = await held(request, 3, 130, 10, made);
  const [first, second, twice, early, missing, late] = made.pupils;
  const passes = await Promise.all(
    [first, second, twice].map((pupil) => ask<{ token: string }>(request, made.teacher, "GET", `/api/v1/persons/${pupil?.id}/pass`)),
  );
  expect(await sent(request, { base: other.base, session: other.session }, twice, ago(60))).toBe("accepted in");
  expect(await sent(request, made, early, ago(130 + 125))).toBe("needs_review too_early");

  // At the gate.
  await signIn(page, "base01", PASSWORD);
  await page.goto(`/door/${made.session}`);
  await expect(page.locator(`[data-door="${made.session}"]`)).toBeVisible();
  for (const pass of passes) {
    expect(await scan(page, pass.token)).toBe("in");
  }
  await expect(page.locator('[data-waiting="0"]')).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "更多" }).click();
  await page.getByRole("menuitem", { name: "核对并关闭场次" }).click();

  // What is unusual comes first.
  await expect(page.getByRole("heading", { level: 1, name: made.title })).toBeVisible();
  await expect(page.locator('[data-count="attended"]')).toHaveText("3");
  await expect(page.getByRole("tab", { name: /^确认/ })).toHaveCount(0);
  const group = (kind: string) => page.locator(`[data-oddity="${kind}"]`);
  await expect(group("two_places")).toContainText(twice?.name ?? "nobody");
  await expect(group("two_places")).toContainText(other.title);
  await expect(group("absent").getByRole("listitem")).toHaveCount(3);
  await expect(group("absent").getByRole("listitem").filter({ hasText: early?.name ?? "nobody" })).toContainText("有扫码待核实");
  await axe(page);
  await shot(page, "closing-door");

  // A scan in doubt is decided on the spot.
  await group("needs_review").getByRole("button", { name: `核实${early?.name}的扫码` }).click();
  const decide = page.getByRole("dialog", { name: `核实${early?.name}的扫码` });
  await decide.getByRole("button", { name: /确\s?定/ }).click();
  await expect(decide.getByRole("alert")).toContainText("请写明原因");
  await decide.getByRole("button", { name: "带队老师证实到场" }).click();
  await axe(page);
  await shot(page, "closing-decide");
  await decide.getByRole("button", { name: /确\s?定/ }).click();
  await expect(page.getByText("已算到场 1 条。")).toBeVisible();
  await expect(group("needs_review")).toHaveCount(0);
  await expect(page.locator('[data-count="attended"]')).toHaveText("4");

  // The numbers before, then what became of it.
  await group("two_places").getByRole("checkbox", { name: `先不确认${twice?.name}` }).check();
  await page.getByRole("button", { name: "核对并关闭场次" }).click();
  const close = page.getByRole("dialog", { name: "关闭场次" });
  await expect(close.locator('[data-plan="confirmed"] b')).toHaveText("3");
  await expect(close.locator('[data-plan="absent"] b')).toHaveText("2");
  await expect(close.locator('[data-plan="held"] b')).toHaveText("1");
  await close.getByRole("checkbox", { name: /记为缺席/ }).uncheck();
  await expect(close.locator('[data-plan="absent"] b')).toHaveText("0");
  await close.getByRole("checkbox", { name: /记为缺席/ }).check();
  await axe(page);
  await shot(page, "closing-confirm");
  await close.getByRole("button", { name: "关闭场次" }).click();
  await expect(page.getByRole("heading", { name: "已关闭：确认 3 人，缺席 2 人，先不确认 1 人" })).toBeFocused();
  await settled(page);
  expect(await states(request, made)).toEqual({
    [first?.name ?? ""]: "confirmed",
    [second?.name ?? ""]: "confirmed",
    [early?.name ?? ""]: "confirmed",
    [twice?.name ?? ""]: "attended",
    [missing?.name ?? ""]: "absent",
    [late?.name ?? ""]: "absent",
  });
  await axe(page);
  await shot(page, "closing-closed");
  // Who was held back waits for the roll call.
  await page.getByRole("button", { name: "去确认" }).click();
  await expect(page.locator(".kepu-roll-row")).toHaveCount(1);
  await expect(page.locator(".kepu-roll-row")).toContainText(twice?.name ?? "nobody");

  // The credit is there.
  const sheet = await ask<{ lines: { title_zh: string; credit: string }[] }>(
    request,
    made.teacher,
    "GET",
    `/api/v1/persons/${first?.id}/score?lang=zh`,
  );
  expect(sheet.lines.filter((line) => line.title_zh === made.title)).toHaveLength(1);

  // What came after waits to be looked at.
  expect(await sent(request, made, late, new Date().toISOString())).toBe("needs_review after_closing");
  await page.goto("/base");
  await expect(page.getByRole("link", { name: "去核实" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "菜单" }).getByRole("link", { name: /^待核实/ })).toContainText(/\d/);
  await axe(page);
  await page.getByRole("link", { name: "去核实" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "待核实的扫码" })).toBeVisible();
  const waits = row(page, late).filter({ hasText: made.title });
  await expect(waits).toContainText("场次关闭以后才扫的。");
  await axe(page);
  await shot(page, "reviews-base");
  await waits.getByRole("button", { name: `${late?.name}：算到场` }).click();
  const accept = page.getByRole("dialog", { name: `核实${late?.name}的扫码` });
  await accept.getByRole("button", { name: "我在场，看到本人" }).click();
  await accept.getByRole("button", { name: /确\s?定/ }).click();
  await expect(page.getByText("已算到场 1 条。")).toBeVisible();
  await expect(waits).toHaveCount(0);
  expect((await states(request, made))[late?.name ?? ""]).toBe("confirmed");

  // Once there is credit, the way back is another one, and says so.
  await page.getByRole("button", { name: /撤\s?销/ }).click();
  await accept.getByRole("button", { name: "误扫" }).click();
  await accept.getByRole("button", { name: /确\s?定/ }).click();
  await expect(page.getByText("这个人已确认并计了学分")).toBeVisible();
  await axe(page);
  await shot(page, "reviews-refused");

  // Nothing is invisible.
  await page.goto(`/sessions/${made.session}?tab=scans`);
  await expect(row(page, late)).toContainText("核实：算（我在场，看到本人）");
  await expect(row(page, first)).toContainText("入场");
  await axe(page);
  await shot(page, "closing-scans");
});

test("what a host has let lie the district decides, many at once, and again", async ({ page, request }) => {
  const made = await held(request, 3, 5 * 24 * 60, 5 * 24 * 60 - 120);
  const recent = await held(request, 1, 130, 10, made);
  for (const pupil of made.pupils) {
    // oxlint-disable-next-line no-await-in-loop
    expect(await sent(request, made, pupil, ago(1))).toBe("needs_review after_end");
  }
  expect(await sent(request, recent, recent.pupils[0], ago(130 + 125))).toBe("needs_review too_early");
  await signIn(page, "official", PASSWORD);
  await page.goto("/district/reviews");
  await expect(page.getByRole("heading", { level: 1, name: "待核实的扫码" })).toBeVisible();
  const mine = page.getByRole("row").filter({ hasText: made.title });
  const host = page.getByRole("row").filter({ hasText: recent.title });
  await expect(mine).toHaveCount(3);
  await expect(mine.filter({ hasText: "已过期" })).toHaveCount(3);
  await expect(host).toContainText("前由主办单位决定");
  await expect(host.getByRole("checkbox")).toBeDisabled();
  await axe(page);
  await shot(page, "reviews-district");

  await page.getByLabel("范围").click();
  await option(page, "只看已过期的", true);
  await expect(host).toHaveCount(0);
  for (const pupil of made.pupils) {
    // oxlint-disable-next-line no-await-in-loop
    await mine.filter({ hasText: pupil.name }).getByRole("checkbox").check();
  }
  await page.getByRole("button", { name: "一起决定 3 条" }).click();
  const dialog = page.getByRole("dialog", { name: "核实 3 条扫码" });
  await dialog.getByRole("radio", { name: /不算/ }).check();
  await dialog.getByRole("button", { name: "无人证实到场" }).click();
  await axe(page);
  await shot(page, "reviews-many");
  await dialog.getByRole("button", { name: /确\s?定/ }).click();
  await expect(page.getByText("已定为不算 3 条。")).toBeVisible();
  await expect(mine).toHaveCount(0);

  // Another decision: the last one holds.
  await page.getByRole("button", { name: /撤\s?销/ }).click();
  await expect(dialog.getByRole("radio", { name: /算到场/ })).toBeChecked();
  await dialog.getByRole("textbox", { name: "原因" }).fill("the teacher called");
  await dialog.getByRole("button", { name: /确\s?定/ }).click();
  await expect(page.getByText("已算到场 3 条。")).toBeVisible();
  expect(Object.values(await states(request, made))).toEqual(["attended", "attended", "attended"]);
});

test("a guardian who opens the code's address is told what to do", async ({ page, request }) => {
  const made = await held(request, 1, 30, -90);
  await signIn(page, "guardian01", PASSWORD);
  await page.goto(`/attend/${made.session}?c=1.AAAA`);
  await expect(page.getByText("家长的账号不能登记到场")).toBeVisible();
  await axe(page);
  await shot(page, "attend-guardian");
  await page.getByRole("link", { name: "打开通行码" }).click();
  await expect(page).toHaveURL(/\/student\/pass/);
});
