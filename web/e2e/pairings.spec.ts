import type { Page } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, expect, shot, signIn, test } from "./fixtures";
import { firstSignIn, option, register, switchTo } from "./office";

// Against the demonstration district: KEPU_URL alone. Each run brings a school and firms of its own.
const run = Date.now() % 10_000_000;
const SCHOOL = { name: `结对学校${run}`, login: `school-s-${run}`, kind: "学校", role: "学校管理员" };
const FIRM = { name: `结对企业${run}`, login: `company-f-${run}`, kind: "企业", role: "场馆管理员" };
const FULL = { name: `满员企业${run}`, login: `company-x-${run}`, kind: "企业", role: "场馆管理员" };

/** The official registers an organization; its administrator signs in for the first time. */
async function begin(page: Page, one: typeof SCHOOL) {
  await switchTo(page, "official");
  await firstSignIn(page, one.login, await register(page, one.kind, one.name, one.role, one.login));
}

/** Chooses fields in a list of many. */
async function fields(page: Page, label: string, names: string[]) {
  const field = page.getByRole("dialog").getByLabel(label, { exact: true });
  for (const name of names) {
    await field.fill(name);
    await option(page, name);
  }
  // A key would take what the list has under it.
  await page.getByRole("dialog").locator(".ant-drawer-title").click();
}

async function describe(page: Page, offers: string[], seeks: string[], note: string) {
  await page.goto("/partners");
  await page.getByRole("button", { name: "修改供需" }).click();
  const drawer = page.getByRole("dialog");
  await fields(page, "能提供", offers);
  await drawer.getByLabel("能提供的具体内容").fill(note);
  await fields(page, "在寻找", seeks);
  await drawer.getByLabel("每年人数").fill("60");
}

async function save(page: Page) {
  await page.getByRole("dialog").getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
}

async function propose(page: Page, to: string) {
  await page.getByRole("button", { name: `向${to}提议结对` }).click();
  await page.getByRole("dialog").getByLabel("职务").fill("校长");
}

test.describe.configure({ mode: "serial" });
test.slow();

test("a school and a firm say what they offer and seek, match, pair, and the network shows it", async ({ page }) => {
  await begin(page, SCHOOL);
  await begin(page, FIRM);
  await describe(page, ["海洋", "能源"], ["数学"], "潜航器实验室开放日");
  await axe(page);
  await shot(page, "partners-form");
  await save(page);

  await switchTo(page, SCHOOL.login);
  await page.goto("/partners");
  await expect(page.getByText("还没有填写。填写后就能看到合适的单位。")).toBeVisible();
  await describe(page, ["数学"], ["海洋"], "数学建模社团");
  await save(page);
  const match = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: FIRM.name }) });
  await expect(match).toContainText("提供您在找的：海洋");
  await expect(match).toContainText("在找您能提供的：数学");
  await expect(match).toContainText("同在一个区");
  await axe(page);
  await shot(page, "partners-matches");
  await propose(page, FIRM.name);
  await axe(page);
  await page.getByRole("dialog").getByRole("button", { name: "提议结对" }).click();
  await expect(match).toContainText("待签署");

  await switchTo(page, FIRM.login);
  await page.goto("/agreements");
  await page.getByRole("link", { name: new RegExp(SCHOOL.name) }).click();
  await page.getByRole("button", { name: /^签\s?署$/ }).click();
  await page.getByRole("dialog").getByLabel("职务").fill("总经理");
  await page.getByRole("dialog").getByRole("button", { name: /^签\s?署$/ }).click();
  await expect(page.getByText("生效中")).toBeVisible();

  await page.goto("/network?kind=pairing");
  await expect(page.getByText(/所学校（幼儿园）与 \d+ 家企业和机构结对/)).toBeVisible();
  await axe(page);
  await shot(page, "network-graph");
  await page.getByRole("button", { name: "看表格: 协议网络" }).click();
  await axe(page);
  await shot(page, "network-table");
});

test("a firm shows a work, and an official brings it together with another school", async ({ page }) => {
  const other = { name: `牵线学校${run}`, login: `school-m-${run}`, kind: "学校", role: "学校管理员" };
  await begin(page, other);
  await describe(page, [], ["海洋"], "");
  await save(page);
  await switchTo(page, FIRM.login);
  await page.goto("/partners");
  await page.getByRole("button", { name: "展示成果" }).click();
  await page.getByRole("dialog").getByLabel("成果名称").fill(`深潜模型${run}`);
  await page.getByRole("dialog").getByRole("button", { name: "展示成果" }).click();
  await expect(page.getByText(`深潜模型${run}`)).toBeVisible();
  await axe(page);

  await switchTo(page, "official");
  await page.goto(`/market?q=${run}`);
  await expect(page.getByRole("row", { name: new RegExp(FIRM.name) })).toContainText(`深潜模型${run}`);
  await axe(page);
  await shot(page, "market");
  await page.getByRole("button", { name: `为${other.name}牵线结对` }).click();
  await page.getByRole("dialog").getByRole("radio", { name: new RegExp(FIRM.name) }).check();
  await axe(page);
  await shot(page, "market-match");
  await page.getByRole("dialog").getByRole("button", { name: "向双方提议" }).click();
  await expect(page.getByText(`等待签署：`)).toBeVisible();
  const where = page.url();
  for (const [login, post] of [[other.login, "校长"], [FIRM.login, "总经理"]] as const) {
    // oxlint-disable-next-line no-await-in-loop
    await switchTo(page, login);
    // oxlint-disable-next-line no-await-in-loop
    await page.goto(where);
    // oxlint-disable-next-line no-await-in-loop
    await page.getByRole("button", { name: /^签\s?署$/ }).click();
    // oxlint-disable-next-line no-await-in-loop
    await page.getByRole("dialog").getByLabel("职务").fill(post);
    // oxlint-disable-next-line no-await-in-loop
    await page.getByRole("dialog").getByRole("button", { name: /^签\s?署$/ }).click();
    // oxlint-disable-next-line no-await-in-loop
    await expect(page.getByRole("dialog")).toBeHidden();
  }
  await expect(page.getByText("生效中")).toBeVisible();
});

test("a proposal is refused with its reason, and two that are paired are not paired again", async ({ page, request }) => {
  // The page does not offer it; whoever asks the service itself is refused.
  const as = await token(request, SCHOOL.login);
  const own = async (name: string) =>
    (await ask<{ items: { id: string }[] }>(request, as, "GET", `/api/v1/organizations?q=${encodeURIComponent(name)}`)).items[0]?.id;
  const [school, firm] = [await own(SCHOOL.name), await own(FIRM.name)];
  const pairing = { kind: "pairing", title_zh: "再次结对", proposer_id: school, parties: [firm], first_day: "2026-01-01" };
  const twice = await request.post("/api/v1/agreements", { headers: { authorization: `Bearer ${as}` }, data: pairing });
  expect(twice.status()).toBe(409);
  expect(((await twice.json()) as { code: string }).code).toBe("already_paired");

  await begin(page, FULL);
  await describe(page, ["海洋"], [], "参观");
  await save(page);
  await switchTo(page, SCHOOL.login);
  await page.goto("/partners");
  const paired = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: FIRM.name }) });
  await expect(paired).toContainText("生效中");
  await expect(paired.getByRole("button")).toHaveCount(0);
  await propose(page, FULL.name);
  await page.getByRole("dialog").getByRole("button", { name: "提议结对" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();

  await switchTo(page, FULL.login);
  await page.goto("/agreements");
  await page.getByRole("link", { name: new RegExp(SCHOOL.name) }).click();
  await page.getByRole("button", { name: "不同意" }).click();
  await page.getByRole("dialog").getByLabel("原因").fill("今年名额已满");
  await page.getByRole("dialog").getByRole("button", { name: "不同意" }).click();
  await expect(page.getByText(`${FULL.name}没有同意：今年名额已满`).first()).toBeVisible();
  await switchTo(page, SCHOOL.login);
  await page.goto("/agreements?standing=refused");
  await page.getByRole("link", { name: new RegExp(FULL.name) }).click();
  await expect(page.getByText(`${FULL.name}没有同意：今年名额已满`).first()).toBeVisible();
});

test("a pairing with a firm that has closed is refused", async ({ page, browser }) => {
  // It closes while the school has its offers before it.
  await signIn(page, SCHOOL.login, PASSWORD);
  await page.goto("/partners");
  await propose(page, FULL.name);
  const elsewhere = await browser.newContext();
  const official = await elsewhere.newPage();
  await signIn(official, "official", PASSWORD);
  await official.goto(`/district/organizations?q=${encodeURIComponent(FULL.name)}`);
  await official.getByRole("link", { name: FULL.name }).click();
  await official.getByRole("button", { name: "关闭单位" }).click();
  await official.getByRole("dialog").getByRole("textbox").fill("停业");
  await official.getByRole("dialog").getByRole("button", { name: "关闭单位" }).click();
  await expect(official.getByText("已关闭", { exact: true }).first()).toBeVisible();
  await elsewhere.close();
  await page.getByRole("dialog").getByRole("button", { name: "提议结对" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("已停用");
  await axe(page);
  await shot(page, "partners-closed");
});
