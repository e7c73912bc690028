import type { APIRequestContext, Page } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, expect, shot, signIn, test, unfolded } from "./fixtures";

// Against the demonstration district: KEPU_URL alone. Each run brings a school and firms of its own.
const run = Date.now() % 10_000_000;
const of = (name: string, kind: string, role: string, letter: string) => ({
  name: `${name}${run}`,
  login: `${kind}-${letter}-${run}`,
  code: `${letter}${run}`,
  kind,
  role,
});
const SCHOOL = of("结对学校", "school", "school_admin", "S");
const FIRM = of("结对企业", "company", "base_admin", "F");
const FULL = of("满员企业", "company", "base_admin", "X");

/** An organization with its administrator, as an official registers them. */
async function register(request: APIRequestContext, one: typeof SCHOOL) {
  const official = await token(request, "official");
  const made = await ask<{ id: string; version: number }>(request, official, "POST", "/api/v1/organizations", {
    kind: one.kind,
    code: one.code,
    name_zh: one.name,
  });
  const account = await ask<{ one_time_password: string }>(request, official, "POST", "/api/v1/accounts", {
    login: one.login,
    display_name: `${one.name}负责人`,
    grants: [{ role: one.role, organization_id: made.id }],
  });
  const first = await request.post("/api/v1/auth/login", { data: { login: one.login, password: account.one_time_password } });
  const { access_token } = (await first.json()) as { access_token: string };
  const changed = await request.post("/api/v1/auth/password", {
    headers: { authorization: `Bearer ${access_token}` },
    data: { current_password: account.one_time_password, new_password: PASSWORD },
  });
  expect(changed.ok(), await changed.text()).toBe(true);
  return made;
}

async function switchTo(page: Page, login: string) {
  await page.context().clearCookies();
  await signIn(page, login, PASSWORD);
}

/** Chooses fields in a list of many. */
async function fields(page: Page, label: string, names: string[]) {
  const field = page.getByRole("dialog").getByLabel(label, { exact: true });
  for (const name of names) {
    await field.fill(name);
    await unfolded(page);
    await page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter({ hasText: name }).first().click();
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

let firm: { id: string; version: number };
let school: { id: string };

test("a school and a firm say what they offer and seek, match, pair, and the network shows it", async ({ page, request }) => {
  school = await register(request, SCHOOL);
  firm = await register(request, FIRM);

  await signIn(page, FIRM.login, PASSWORD);
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

test("a proposal is refused with its reason, and two that are paired are not paired again", async ({ page, request }) => {
  const as = await token(request, SCHOOL.login);
  const pairing = { kind: "pairing", title_zh: "再次结对", proposer_id: school.id, parties: [firm.id], first_day: "2026-01-01" };
  const twice = await request.post("/api/v1/agreements", { headers: { authorization: `Bearer ${as}` }, data: pairing });
  expect(twice.status()).toBe(409);
  expect(((await twice.json()) as { code: string }).code).toBe("already_paired");

  await register(request, FULL);
  await signIn(page, FULL.login, PASSWORD);
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

test("a pairing with a firm that has closed is refused", async ({ page, request }) => {
  // It closes while the school has its offers before it.
  await signIn(page, SCHOOL.login, PASSWORD);
  await page.goto("/partners");
  await propose(page, FULL.name);
  const official = await token(request, "official");
  const found = await ask<{ items: { id: string; version: number }[] }>(
    request,
    official,
    "GET",
    `/api/v1/organizations?q=${encodeURIComponent(FULL.name)}`,
  );
  const [full] = found.items;
  const headers = { "if-match": `"${full?.version}"` };
  await ask(request, official, "POST", `/api/v1/organizations/${full?.id}/close`, { reason: "停业" }, headers);
  await page.getByRole("dialog").getByRole("button", { name: "提议结对" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("已停用");
  await axe(page);
  await shot(page, "partners-closed");
});
