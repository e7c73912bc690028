import type { Locator, Page } from "@playwright/test";
import { PASSWORD } from "./calls";
import { expect, signIn, unfolded } from "./fixtures";

/** The day so many days from today, in the district. */
export const day = (ahead: number) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(Date.now() + ahead * 24 * 3600_000));

/** So many hours ago, in the district: the day and the minute. */
export const ago = (hours: number): [string, string] => {
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
  const [on = "", at = ""] = text.format(new Date(Date.now() - hours * 3600_000)).split(" ");
  return [on, at];
};

/** What was opened last. */
export const dialogOf = (page: Page) => page.getByRole("dialog").last();

/** Somebody else at the same browser. */
export async function switchTo(page: Page, login: string, password = PASSWORD) {
  await page.context().clearCookies();
  await signIn(page, login, password);
}

/** Clicks an option of the list that is open: the last one with this text, or that of exactly this name. */
export async function option(page: Page, text: string, exact = false) {
  const list = page.locator(".ant-select-dropdown:visible");
  const found = (exact ? list.getByTitle(text, { exact }) : list.locator(".ant-select-item-option").filter({ hasText: text })).last();
  // Only a list that is there can be waited for to unfold.
  await expect(found).toBeVisible();
  await unfolded(page);
  await found.click();
}

/** Opens a list and chooses in it; where the list is long, what is typed narrows it. */
export async function choose(page: Page, field: Locator, text: string, typed = "") {
  await field.click();
  if (typed) await page.keyboard.type(typed);
  await option(page, text);
}

/** Fills in a day, and leaves the calendar. */
export async function pick(field: Locator, value: string) {
  await field.fill(value);
  await field.press("Enter");
}

/** The official registers an organization. */
export async function registerOrganization(page: Page, kind: string, name: string, code: string) {
  await page.goto("/district/organizations");
  await page.getByRole("button", { name: "登记单位" }).click();
  const dialog = dialogOf(page);
  await choose(page, dialog.getByLabel("类别"), kind);
  await dialog.getByLabel("中文名称").fill(name);
  await dialog.getByLabel("代码").fill(code);
  await dialog.getByRole("button", { name: /保\s?存/ }).click();
  await expect(dialog).toBeHidden();
}

/** The official opens an account for whoever speaks for an organization: its one-time password. */
export async function openAccount(page: Page, login: string, role: string, organization: string): Promise<string> {
  await page.goto("/district/accounts");
  await page.getByRole("button", { name: "开通账号" }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel("登录名").fill(login);
  await dialog.getByLabel("姓名或岗位").fill(`${organization}负责人`);
  await choose(page, dialog.getByLabel("角色"), role);
  await choose(page, dialog.getByLabel("单位", { exact: true }), organization, organization);
  await dialog.getByRole("button", { name: "开通账号" }).click();
  const once = page.getByRole("dialog").filter({ hasText: "的一次性密码" });
  const password = (await once.locator("code").textContent()) ?? "";
  await once.getByRole("button", { name: "我已记下" }).click();
  return password.trim();
}

/** Signs in with a one-time password, and chooses one of its own. */
export async function firstSignIn(page: Page, login: string, once: string) {
  await switchTo(page, login, once);
  await page.locator("#current_password").fill(once);
  await page.locator("#new_password").fill(PASSWORD);
  await page.locator("#repeat").fill(PASSWORD);
  await page.getByRole("button", { name: "修改密码", exact: true }).click();
  await expect(page).not.toHaveURL(/password/);
}

/** An organization from nothing: the official, who is signed in, registers it and opens its account. */
export async function register(page: Page, kind: string, name: string, role: string, login: string): Promise<string> {
  await registerOrganization(page, kind, name, `${login}-org`);
  return openAccount(page, login, role, name);
}

/** A venue's activity, from its list; the page of the activity is open afterwards. */
export async function newActivity(page: Page, title: string) {
  await page.goto("/base/activities");
  await page.getByRole("button", { name: "新建活动" }).first().click();
  await dialogOf(page).getByLabel("名称", { exact: true }).fill(title);
  await dialogOf(page).getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
}

/** A session of the activity on this day, from this hour: its address. */
export async function newSession(page: Page, activity: string, on: string, from: string): Promise<string> {
  await page.goto(`/base/sessions?new=${on}`);
  const drawer = page.getByRole("dialog");
  await choose(page, drawer.getByLabel("活动"), activity, activity);
  await pick(drawer.getByLabel("开始"), from);
  await drawer.getByRole("button", { name: /建\s?立/ }).click();
  await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]+$/);
  return page.url();
}

/** The teacher records a class in a session: how many pupils. */
export async function recordClass(page: Page, session: string, name: string | RegExp): Promise<number> {
  await page.goto(`/teacher/record?session=${session.split("/").at(-1)}&step=who`);
  await page.getByRole("button", { name }).click();
  await page.getByRole("button", { name: "下一步：核对" }).click();
  const submit = page.getByRole("button", { name: /^提交 \d+ 人/ });
  const count = Number(/\d+/.exec((await submit.textContent()) ?? "")?.[0]);
  await submit.click();
  await expect(page.getByText(`已记录 ${count} 人`)).toBeVisible();
  return count;
}

/** The venue confirms all who were recorded in a session: how many of them are confirmed. */
export async function confirmAll(page: Page, session: string): Promise<number> {
  await page.goto(session);
  await page.getByRole("button", { name: "核对并提交" }).click();
  await page.getByRole("dialog", { name: "提交前核对" }).getByRole("button", { name: "提交", exact: true }).click();
  const told = page.getByText(/已确认 \d+ 人，缺席 0 人，退回 0 人/);
  await expect(told).toBeVisible();
  return Number(/\d+/.exec((await told.textContent()) ?? "")?.[0]);
}
