import type { APIRequestContext } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { day, option, pick, switchTo } from "./office";

// Against the demonstration district: KEPU_URL alone. Each run offers things of its own.
const own = async (request: APIRequestContext, as: string) =>
  (await ask<{ grants: { organization_id: string }[] }>(request, as, "GET", "/api/v1/me")).grants[0]?.organization_id ?? "";

/** Something that the first base offers, with a name of this run. */
async function offer(request: APIRequestContext, name: string) {
  const base = await token(request, "base01");
  return ask<{ id: string }>(request, base, "POST", "/api/v1/resources", {
    owner_id: await own(request, base),
    kind: "equipment",
    title_zh: name,
    licence: "cc-by-4.0",
    reach: "everywhere",
  });
}

const unique = (name: string) => `${name}${Date.now() % 1_000_000}`;

// Whole jobs, with axe and two pictures on the way.
test.slow();

test("the catalogue is searched, in Chinese, and filtered", async ({ page }) => {
  await signIn(page, "teacher01", PASSWORD);
  await page.goto("/resources");
  await expect(page.getByRole("heading", { level: 1, name: "科普资源" })).toBeVisible();
  await expect(page.getByRole("link", { name: "人工智能体验课" })).toBeVisible();
  await axe(page);
  await shot(page, "resources-catalogue");
  await page.getByLabel("查找", { exact: true }).fill("昆虫");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "昆虫侦探棋盘游戏" })).toBeVisible();
  await expect(page.getByRole("link", { name: "人工智能体验课" })).toBeHidden();
  await page.getByLabel("类型", { exact: true }).click();
  await option(page, "教学材料", true);
  await expect(page.getByRole("link", { name: "校园昆虫观察记录表" })).toBeVisible();
  await expect(page.getByRole("link", { name: "昆虫侦探棋盘游戏" })).toBeHidden();
});

test("a base offers something, with a file, changes it and stops offering it", async ({ page }) => {
  const name = unique("水火箭发射台");
  await signIn(page, "base01", PASSWORD);
  await page.goto("/resources");
  await page.getByRole("button", { name: "提供资源" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("名称", { exact: true }).fill(name);
  await drawer.getByLabel("介绍").fill("需要一块空旷的操场");
  await axe(page);
  await shot(page, "resources-form");
  await drawer.getByRole("button", { name: /保\s?存/ }).click();
  await expect(page).toHaveURL(/\/resources\/[0-9a-f-]+$/);
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();

  await page.getByRole("button", { name: "添加文件" }).click();
  const file = { name: "使用说明.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7\n%%EOF") };
  await page.getByRole("dialog").locator('input[type="file"]').first().setInputFiles(file);
  await page.getByRole("dialog").getByRole("button", { name: /上\s?传/ }).click();
  await expect(page.getByRole("button", { name: /^使用说明\.pdf/ })).toBeVisible();
  await page.getByRole("button", { name: "删除：使用说明.pdf" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /删\s?除/ }).click();
  await expect(page.getByText("没有附带文件。")).toBeVisible();

  await page.getByRole("button", { name: /修\s?改/ }).click();
  await page.getByRole("dialog").getByLabel("主题").fill("航天");
  await page.getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByText("航天", { exact: true })).toBeVisible();
  await settled(page);
  await page.getByRole("button", { name: "停止提供" }).click();
  await page.getByRole("dialog").getByLabel("原因").fill("送去检修");
  await page.getByRole("dialog").getByRole("button", { name: "停止提供" }).click();
  await expect(page.getByText("已停止提供：送去检修")).toBeVisible();
  await axe(page);
  await shot(page, "resources-closed");
  // It is still in the owner's own list, and in nobody else's.
  await page.goto("/resources");
  await page.getByLabel("查找", { exact: true }).fill(name);
  await page.keyboard.press("Enter");
  await expect(page.getByText("没有符合条件的内容")).toBeVisible();
  await page.getByRole("button", { name: "本单位的资源" }).click();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("已下线");
  await shot(page, "resources-own");
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "重新提供" }).click();
  await expect(page.getByText("已停止提供：送去检修")).toBeHidden();
});

test("a school asks, meets a day that is taken, takes the next, and the base lends and takes back", async ({ page, request }) => {
  const name = unique("手持光谱仪");
  const resource = await offer(request, name);
  const other = await token(request, "school02");
  await ask(request, other, "POST", "/api/v1/bookings", {
    resource_id: resource.id,
    organization_id: await own(request, other),
    first_day: day(0),
    last_day: day(1),
    purpose: "先约的",
  });

  await signIn(page, "teacher01", PASSWORD);
  await page.goto(`/resources/${resource.id}`);
  await expect(page.getByRole("heading", { level: 2, name: "可预约的日期" })).toBeVisible();
  await expect(page.getByText("约满").first()).toBeVisible();
  await axe(page);
  await shot(page, "resources-one");
  await page.getByRole("button", { name: /^预\s?约$/ }).click();
  await pick(page.getByRole("dialog").getByLabel("开始日期"), day(1));
  await pick(page.getByRole("dialog").getByLabel("归还日期"), day(2));
  await page.getByRole("dialog").getByLabel("用途").fill("六年级光学课");
  await page.getByRole("button", { name: "提交预约" }).click();
  await expect(page.getByRole("alert")).toContainText("这些日期已有预约");
  await axe(page);
  await shot(page, "resources-taken");
  await page.getByRole("region", { name: "这些日期还空着" }).getByRole("button").first().click();
  await page.getByRole("button", { name: "提交预约" }).click();
  await expect(page.getByText("预约已提交")).toBeVisible();
  await page.goto("/bookings?tab=asked");
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("待答复");
  await axe(page);
  await shot(page, "resources-asked");

  await switchTo(page, "base01");
  await page.goto("/bookings");
  await expect(page.getByRole("heading", { level: 1, name: "资源预约" })).toBeVisible();
  const rows = page.getByRole("row", { name: new RegExp(name) });
  await expect(rows).toHaveCount(2);
  await axe(page);
  await shot(page, "resources-desk");
  const first = rows.filter({ hasText: "先约的" });
  await first.getByRole("button", { name: /^同意/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: /同\s?意/ }).click();
  await expect(rows).toHaveCount(1);
  await rows.getByRole("button", { name: /^不同意/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "不同意" }).click();
  await expect(dialog.getByText("必填")).toBeVisible();
  await dialog.getByLabel("原因").fill("需要先校准");
  await dialog.getByRole("button", { name: "不同意" }).click();
  await expect(rows).toHaveCount(0);

  await page.getByRole("tab", { name: "全部" }).click();
  await rows.filter({ hasText: "已同意" }).getByRole("button", { name: /^登记交付/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "登记交付" }).click();
  await expect(page.getByText("已登记交付")).toBeVisible();
  // Entered by mistake: undone the same day, and noted again.
  const out = rows.filter({ hasText: "已交付" });
  await out.getByRole("button", { name: /^撤销交付/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "撤销交付" }).click();
  await expect(page.getByText("交付已撤销")).toBeVisible();
  await rows.filter({ hasText: "已同意" }).getByRole("button", { name: /^登记交付/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "登记交付" }).click();
  await expect(rows.filter({ hasText: "已交付" })).toHaveCount(1);
  // The other school asks to keep it, and the base agrees.
  const loans = await ask<{ items: { id: string; version: number }[] }>(request, other, "GET", `/api/v1/bookings?resource_id=${resource.id}&state=delivered`);
  const loan = loans.items[0];
  const longer = await request.post(`/api/v1/bookings/${loan?.id}/extend`, {
    headers: { authorization: `Bearer ${other}`, "if-match": `"${loan?.version}"` },
    data: { last_day: day(3), reason: "还有一个班" },
  });
  expect(longer.status()).toBe(200);
  await page.getByRole("tab", { name: "借出待还" }).click();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("对方希望延长到");
  await rows.getByRole("button", { name: /^延长借期/ }).click();
  await expect(page.getByRole("dialog").getByText(/对方希望延长到.*还有一个班/)).toBeVisible();
  await axe(page);
  await shot(page, "resources-longer");
  await page.getByRole("dialog").getByRole("button", { name: "延长借期" }).click();
  await expect(page.getByText("借期已延长")).toBeVisible();
  await expect(rows).not.toContainText("对方希望延长到");
  await rows.getByRole("button", { name: /^登记归还/ }).click();
  await page.getByRole("dialog").getByText("损坏", { exact: true }).click();
  await expect(page.getByText("损坏或丢失的会停止预约")).toBeVisible();
  await axe(page);
  await shot(page, "resources-return");
  await page.getByRole("dialog").getByLabel("说明").fill("狭缝卡住了");
  await page.getByRole("dialog").getByRole("button", { name: "登记归还" }).click();
  await expect(rows).toHaveCount(0);
  await page.goto(`/resources/${resource.id}`);
  await expect(page.getByText("狭缝卡住了")).toBeVisible();
  // Each thing has a page of its own: who had it, how it came back, what is written on it.
  await page.getByRole("link", { name: "第 1 件", exact: true }).click();
  await expect(page.getByText("已停用：狭缝卡住了")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "先约的" })).toContainText("损坏");
  await axe(page);
  await shot(page, "resources-item");
  await page.getByLabel("编号").fill("G-01");
  await page.getByLabel("备注").fill("");
  await page.getByRole("switch", { name: "可以预约" }).click();
  await page.getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "第 G-01 件" })).toBeVisible();
  await expect(page.getByText("已停用：狭缝卡住了")).toBeHidden();
  await page.goto(`/resources/${resource.id}`);
  await expect(page.getByRole("switch", { name: "第 G-01 件可以预约" })).toBeChecked();
  await page.getByLabel("增加几件").fill("2");
  await page.getByRole("button", { name: /^增\s?加$/ }).click();
  await expect(page.getByRole("link", { name: "第 3 件", exact: true })).toBeVisible();

  await switchTo(page, "school02");
  await page.goto("/bookings?tab=asked");
  await rows.getByRole("button", { name: /^评价/ }).click();
  await page.getByRole("dialog").getByLabel("说明").fill("很清楚");
  await axe(page);
  await page.getByRole("dialog").getByRole("button", { name: /评\s?价/ }).click();
  await expect(page.getByText("感谢评价")).toBeVisible();
  await page.goto(`/resources/${resource.id}`);
  await expect(page.getByText("5.0 分（1 个评价）")).toBeVisible();
  await expect(page.getByText("很清楚")).toBeVisible();
  await axe(page);
  await shot(page, "resources-rated");
});

test("a course visits schools in turn, all of them or none, and a stop is moved", async ({ page, request }) => {
  const name = unique("航天课");
  const resource = await offer(request, name);
  const other = await token(request, "school02");
  await ask(request, other, "POST", "/api/v1/bookings", {
    resource_id: resource.id,
    organization_id: await own(request, other),
    first_day: day(7),
    last_day: day(7),
  });
  await signIn(page, "base01", PASSWORD);
  await page.goto(`/resources/${resource.id}`);
  await page.getByRole("button", { name: "安排巡回" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("巡回名称").fill(`${name}巡回`);
  await pick(page.getByRole("dialog").getByLabel("第一站开始"), day(2));
  await drawer.getByRole("button", { name: "排出各站日期" }).click();
  for (const number of [1, 2]) {
    const school = `示范学校第0${number}号`;
    await drawer.getByLabel(`第 ${number} 站的单位`).click();
    await page.keyboard.type(school);
    // The list of the stop before fades still, and this one is read anew as one types: only the name tells them apart.
    await option(page, school);
    await expect(drawer.getByRole("group", { name: `第 ${number} 站` })).toContainText(school);
  }
  await drawer.getByRole("button", { name: "确定巡回" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "没有预约任何一站" })).toBeVisible();
  await expect(drawer.getByText("这些日期已被预约")).toBeVisible();
  await axe(page);
  await shot(page, "resources-tour-taken");
  await drawer.getByRole("button", { name: /^整体改到/ }).click();
  await drawer.getByRole("button", { name: "确定巡回" }).click();
  await expect(page).toHaveURL(/\/tours\/[0-9a-f-]+$/);
  await expect(page.getByRole("heading", { level: 1, name: `${name}巡回` })).toBeVisible();
  await axe(page);
  await shot(page, "resources-tour");

  const stops = page.getByRole("listitem").filter({ hasText: /第 \d 站/ });
  await expect(stops).toHaveCount(2);
  await stops.nth(1).getByRole("button", { name: /^改期/ }).click();
  const from = await stops.nth(0).locator("time").first().getAttribute("datetime");
  await pick(page.getByRole("dialog").getByLabel("开始日期"), from ?? "");
  await page.getByRole("dialog").getByRole("button", { name: /改\s?期/ }).click();
  await expect(page.getByText("与这些站的日期冲突")).toBeVisible();
  await axe(page);
  await shot(page, "resources-tour-move");
});

test("a pupil reads the catalogue and books nothing", async ({ page }) => {
  await signIn(page, "student01", PASSWORD);
  await page.goto("/resources");
  await page.getByRole("link", { name: "人工智能体验课" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "人工智能体验课" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^预\s?约$/ })).toBeHidden();
});
