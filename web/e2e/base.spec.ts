import type { APIRequestContext, Page } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, expect, PHONE, settled, shot, signIn, test } from "./fixtures";
import { choose, day } from "./office";

// Against the demonstration district: KEPU_URL alone. Each run makes sessions of its own.

/** A session of the first base, so many hours from now, with a class of the first school in it. */
async function sessionIn(request: APIRequestContext, hours: number, capacity?: number): Promise<string> {
  const base = await token(request, "base01");
  const teacher = await token(request, "teacher01");
  const me = await ask<{ grants: { organization_id: string }[] }>(request, base, "GET", "/api/v1/me");
  const host = me.grants[0]?.organization_id ?? "";
  const { items } = await ask<{ items: { id: string; code: string }[] }>(request, base, "GET", `/api/v1/activities?host_id=${host}&limit=500`);
  const starts = new Date(Date.now() + hours * 3600_000 + Math.random() * 60_000).toISOString();
  const activity = items.find((one) => one.code === "P1")?.id;
  const session = await ask<{ id: string }>(request, base, "POST", "/api/v1/sessions", {
    activity_id: activity,
    starts_at: starts,
    place: "二楼实验室",
    ...(capacity !== undefined && { capacity }),
  });
  const classes = await ask<{ items: { id: string }[] }>(request, teacher, "GET", "/api/v1/classes?limit=1");
  await ask(request, teacher, "POST", `/api/v1/sessions/${session.id}/participations`, { class_id: classes.items[0]?.id });
  return session.id;
}

// Whole jobs, with axe and two pictures on the way.
test.slow();

const rows = (page: Page) => page.locator(".kepu-roll-row");

test("everybody sees the register and the calendar", async ({ page }) => {
  await page.goto("/register");
  await expect(page.getByRole("heading", { level: 1, name: "科普基地名录" })).toBeVisible();
  await expect(page.getByText("示范基地第01号")).toBeVisible();
  await axe(page);
  await shot(page, "public-register");
  await page.getByLabel("查找").first().fill("第02号");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=/);
  await expect(page.getByText("示范基地第01号")).toBeHidden();
  await expect(page.getByText("示范基地第02号")).toBeVisible();

  await page.goto("/register?on=2020-01-01");
  await expect(page.getByText("没有符合条件的内容")).toBeVisible();

  await page.goto("/calendar");
  await expect(page.getByRole("heading", { level: 1, name: "活动日历" })).toBeVisible();
  await axe(page);
  await shot(page, "public-calendar");
});

test.describe("a base", () => {
  test("sees what waits, its week and its figures", async ({ page, request }) => {
    await sessionIn(request, -30);
    await signIn(page, "base01", PASSWORD);
    await expect(page).toHaveURL(/\/base$/);
    await expect(page.getByRole("heading", { level: 2, name: "待确认" })).toBeVisible();
    await expect(page.getByRole("heading", { level: 2, name: "我们的数字" })).toBeVisible();
    await axe(page);
    await shot(page, "base-home");
  });

  test("confirms with the keyboard, looks before sending, and reads what became of each", async ({ page, request }) => {
    const session = await sessionIn(request, -48);
    await signIn(page, "base01", PASSWORD);
    await page.goto(`/sessions/${session}`);
    await expect(page.getByRole("checkbox").first()).toBeFocused();
    const all = await rows(page).count();
    await expect(page.getByText(`到场 ${all}`)).toBeVisible();
    await axe(page);
    await shot(page, "base-session-confirm");

    await page.keyboard.press("j");
    await page.keyboard.press("a");
    await expect(rows(page).nth(1)).toHaveAttribute("data-mark", "absent");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("x");
    const reason = page.getByRole("dialog").getByRole("textbox");
    await expect(reason).toBeFocused();
    await page.keyboard.type("left early, all of a sudden");
    await page.keyboard.press("Enter");
    await expect(rows(page).nth(2)).toHaveAttribute("data-mark", "reject");
    await expect(rows(page).nth(2)).toContainText("left early, all of a sudden");
    await expect(rows(page).nth(2).getByRole("checkbox")).toBeFocused();
    await page.keyboard.press("j");
    await expect(rows(page).nth(3).getByRole("checkbox")).toBeFocused();
    await page.keyboard.type("60");
    await page.keyboard.press("Enter");
    await expect(rows(page).nth(3)).toContainText("60 分钟");
    await page.keyboard.press("k");
    await expect(rows(page).nth(2).getByRole("checkbox")).toBeFocused();
    await page.keyboard.press("/");
    await expect(page.getByRole("textbox", { name: "按姓名或学号查找" })).toBeFocused();
    const number = (await rows(page).nth(6).locator(".kepu-numbers").first().textContent()) ?? "";
    await page.keyboard.type(number);
    await expect(rows(page)).toHaveCount(1);
    await page.keyboard.press("Enter");
    await expect(rows(page)).toHaveCount(all);
    await expect(rows(page).nth(6).getByRole("checkbox")).toBeFocused();
    await page.keyboard.press("l");

    // A reload loses nothing.
    await page.reload();
    await expect(rows(page).nth(6)).toHaveAttribute("data-mark", "later");
    await expect(rows(page).nth(2)).toHaveAttribute("data-mark", "reject");
    await shot(page, "base-session-marked");
    await rows(page).nth(0).getByRole("checkbox").focus();

    await page.keyboard.press("Control+Enter");
    const dialog = page.getByRole("dialog", { name: "提交前核对" });
    await expect(dialog).toContainText(`确认 ${all - 3} 人，缺席 1 人，退回 1 人`);
    await expect(dialog.getByRole("button", { name: /提\s?交/ })).toBeFocused();
    await axe(page);
    await shot(page, "base-session-send");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: `已确认 ${all - 3} 人，缺席 1 人，退回 1 人` })).toBeFocused();
    await expect(rows(page)).toHaveCount(1);
    await page.getByText("每个人的结果").click();
    await axe(page);
    await shot(page, "base-session-outcome");

    await page.getByRole("tab", { name: /名单/ }).click();
    await page.getByRole("button", { name: /^更正/ }).first().click();
    const amend = page.getByRole("dialog");
    await amend.getByRole("spinbutton").fill("30");
    await amend.getByRole("textbox").fill("clock was wrong");
    await amend.getByRole("button", { name: /更\s?正/ }).click();
    await expect(page.getByText(/已更正/)).toBeVisible();
    await axe(page);
    await shot(page, "base-session-people");
  });

  test("keeps the marks when the sign-in expires on the way", async ({ page, request, context }) => {
    const session = await sessionIn(request, -50);
    await signIn(page, "base01", PASSWORD);
    await page.goto(`/sessions/${session}`);
    await expect(page.getByRole("checkbox").first()).toBeFocused();
    const all = await rows(page).count();
    await page.keyboard.press("a");
    await context.clearCookies();
    await page.keyboard.press("Control+Enter");
    await page.getByRole("dialog", { name: "提交前核对" }).getByRole("button", { name: /提\s?交/ }).click();
    const again = page.getByRole("dialog", { name: "请重新登录" });
    await again.locator('input[type="password"]').fill(PASSWORD);
    await again.getByRole("button", { name: "登录", exact: true }).click();
    await expect(page.getByRole("heading", { name: `已确认 ${all - 1} 人，缺席 1 人，退回 0 人` })).toBeVisible();
  });

  test("a line that breaks loses nothing either", async ({ page, request }) => {
    const session = await sessionIn(request, -52);
    await signIn(page, "base01", PASSWORD);
    await page.goto(`/sessions/${session}`);
    await expect(page.getByRole("checkbox").first()).toBeFocused();
    await page.keyboard.press("a");
    await page.route("**/confirmation", (route) => route.abort());
    await page.keyboard.press("Control+Enter");
    const dialog = page.getByRole("dialog", { name: "提交前核对" });
    await dialog.getByRole("button", { name: /提\s?交/ }).click();
    await expect(dialog.getByRole("alert")).toContainText("连不上服务");
    await page.unroute("**/confirmation");
    await dialog.getByRole("button", { name: /提\s?交/ }).click();
    await expect(page.getByRole("heading", { name: /已确认 \d+ 人，缺席 1 人，退回 0 人/ })).toBeVisible();
  });

  test("a guide at the door marks arrivals on a phone", async ({ page, request }) => {
    await page.setViewportSize(PHONE);
    const session = await sessionIn(request, 1, 20);
    await signIn(page, "base01", PASSWORD);
    await page.goto(`/sessions/${session}`);
    await expect(page.getByText("已到 0 / 20")).toBeVisible();
    await expect(page.getByText("候补", { exact: true })).toBeVisible();
    const marks = page.getByRole("button", { name: /到场$/ });
    await marks.nth(0).click();
    await expect(page.getByText("已到 1 / 20")).toBeVisible();
    await marks.nth(0).click();
    await expect(page.getByText("已到 2 / 20")).toBeVisible();
    await page.getByRole("button", { name: /已到场，撤销/ }).first().click();
    await expect(page.getByText("已到 1 / 20")).toBeVisible();
    await axe(page);
    await shot(page, "base-session-door");
  });

  test("plans sessions: calendar, a new one, copies, a conflict, cancelling", async ({ page, request }) => {
    await signIn(page, "base01", PASSWORD);
    await page.goto("/base/sessions?day=2026-06-13");
    await expect(page.getByRole("heading", { level: 1, name: "场次日历" })).toBeVisible();
    await axe(page);
    await shot(page, "base-calendar-month");
    await page.getByText("周", { exact: true }).first().click();
    await expect(page).toHaveURL(/view=week/);
    await axe(page);
    await shot(page, "base-calendar-week");
    await page.getByText("列表", { exact: true }).click();
    await axe(page);
    await shot(page, "base-calendar-list");

    await page.goto(`/base/sessions?new=${day(40)}`);
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("button", { name: /建\s?立/ }).click();
    await expect(drawer.getByText("必填").first()).toBeVisible();
    await choose(page, drawer.getByLabel("活动"), "示范实验：水质检测");
    await drawer.getByLabel("开始").fill("09:30");
    await page.keyboard.press("Enter");
    await drawer.getByLabel("地点").fill("东门");
    await axe(page);
    await shot(page, "base-session-form");
    await drawer.getByRole("button", { name: /建\s?立/ }).click();
    await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]+$/);
    await expect(page.getByText("09:30–")).toBeVisible();
    const id = page.url().split("/").at(-1) ?? "";

    await page.getByRole("button", { name: "复制到其他日期" }).click();
    await page.getByRole("button", { name: /加\s?入/ }).click();
    await axe(page);
    await shot(page, "base-session-copy");
    await page.getByRole("button", { name: "复制到 4 天" }).click();
    await expect(page.getByText("已建立 4 个场次")).toBeVisible();

    await page.getByRole("button", { name: /修\s?改/ }).click();
    await page.getByRole("dialog").getByLabel("地点").fill("西门");
    const other = await token(request, "baseadmin01");
    const now = await ask<{ version: number }>(request, other, "GET", `/api/v1/sessions/${id}`);
    await ask(request, other, "PATCH", `/api/v1/sessions/${id}`, { place: "南门" }, { "if-match": `"${now.version}"` });
    await page.getByRole("button", { name: /保\s?存/ }).click();
    const conflict = page.getByRole("dialog", { name: "别人刚刚改过" });
    await expect(conflict).toContainText("南门");
    await expect(conflict).toContainText("西门");
    await axe(page);
    await shot(page, "base-session-conflict");
    await conflict.getByRole("button", { name: "用我的覆盖" }).click();
    await expect(page.getByText("西门")).toBeVisible();

    await page.getByRole("button", { name: "取消场次" }).click();
    const cancel = page.getByRole("dialog", { name: "取消这个场次？" });
    await cancel.getByRole("textbox").fill("rain");
    await cancel.getByRole("button", { name: "取消场次" }).click();
    await expect(page.getByText("本场次已取消：rain")).toBeVisible();
    await axe(page);
    await shot(page, "base-session-cancelled");
  });

  test("makes and changes an activity", async ({ page }) => {
    await signIn(page, "base01", PASSWORD);
    await page.goto("/base/activities");
    await axe(page);
    await shot(page, "base-activities");
    await page.getByRole("button", { name: "新建活动" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByLabel("名称", { exact: true }).fill("观星");
    await axe(page);
    await shot(page, "base-activity-form");
    await drawer.getByRole("button", { name: /保\s?存/ }).click();
    await expect(page.getByRole("heading", { level: 1, name: "观星" })).toBeVisible();
    await page.getByRole("button", { name: /修\s?改/ }).click();
    await page.getByRole("dialog").getByLabel("每场分钟数").fill("45");
    await page.getByRole("dialog").getByRole("button", { name: /保\s?存/ }).click();
    await expect(page.getByText("45 分钟")).toBeVisible();
    await settled(page);
    await axe(page);
    await shot(page, "base-activity");
  });

  test("in English and in the dark", async ({ page, request }) => {
    const session = await sessionIn(request, -54);
    await page.addInitScript(() => {
      localStorage.setItem("kepu.language", "en");
      localStorage.setItem("kepu.theme", "dark");
    });
    await signIn(page, "base01", PASSWORD);
    await axe(page);
    await shot(page, "base-home-dark-en");
    await page.goto(`/sessions/${session}`);
    await expect(page.getByRole("checkbox").first()).toBeFocused();
    await page.keyboard.press("a");
    await axe(page);
    await shot(page, "base-session-dark-en");
  });
});

test("a school administrator confirms what the school ran, but not what the same account entered", async ({ page, request }) => {
  const school = await token(request, "school01");
  const teacher = await token(request, "teacher01");
  const me = await ask<{ grants: { organization_id: string }[] }>(request, school, "GET", "/api/v1/me");
  const host = me.grants[0]?.organization_id ?? "";
  const { items } = await ask<{ items: { id: string }[] }>(request, school, "GET", `/api/v1/activities?host_id=${host}`);
  const session = await ask<{ id: string }>(request, school, "POST", "/api/v1/sessions", {
    activity_id: items[0]?.id,
    starts_at: new Date(Date.now() - 26 * 3600_000 + Math.random() * 60_000).toISOString(),
  });
  const classes = await ask<{ items: { id: string }[] }>(request, teacher, "GET", "/api/v1/classes?limit=2");
  const [first, second] = classes.items;
  await ask(request, teacher, "POST", `/api/v1/sessions/${session.id}/participations`, { class_id: first?.id });
  await ask(request, school, "POST", `/api/v1/sessions/${session.id}/participations`, { class_id: second?.id });
  await signIn(page, "school01", PASSWORD);
  await page.goto(`/sessions/${session.id}`);
  await expect(page.getByText(/是您本人录入的/)).toBeVisible();
  await axe(page);
  await shot(page, "school-session-confirm");
  await page.getByRole("button", { name: "核对并提交" }).click();
  await page.getByRole("dialog", { name: "提交前核对" }).getByRole("button", { name: /提\s?交/ }).click();
  await expect(page.getByRole("heading", { name: /已确认 \d+ 人，缺席 0 人，退回 0 人/ })).toBeVisible();
});
