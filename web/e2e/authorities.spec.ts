import type { Page } from "@playwright/test";
import { PASSWORD } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { choose, dialogOf, firstSignIn, switchTo } from "./office";

// A city from nothing. Each run makes its own.
const run = Date.now().toString(36);

test.slow();

/** Adds one beneath another, or at the top: its name afterwards. */
async function make(page: Page, beneath: string | undefined, level: string, name: string, code: string) {
  await page.getByRole("button", { name: beneath ? `新增下级: ${beneath}` : "新增", exact: true }).click();
  const dialog = dialogOf(page);
  await choose(page, dialog.getByLabel("层级"), level);
  await dialog.getByLabel("中文名称").fill(name);
  await dialog.getByLabel("代码").fill(code);
  await dialog.getByRole("button", { name: /建\s?立/ }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(name, { exact: true })).toBeVisible();
}

/** Opens the account of an official: its one-time password. */
async function official(page: Page, of: string, login: string, name: string): Promise<string> {
  await page.getByRole("button", { name: `开通官员账号: ${of}` }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel("登录名").fill(login);
  await dialog.getByLabel("姓名或岗位").fill(name);
  await dialog.getByRole("button", { name: "开通账号" }).click();
  const once = page.getByRole("dialog").filter({ hasText: "的一次性密码" });
  const password = (await once.locator("code").textContent()) ?? "";
  await once.getByRole("button", { name: "我已记下" }).click();
  return password.trim();
}

test("the platform makes a city, a district beneath it and their officials, and each signs in", async ({ page }) => {
  const [city, district] = [`试验市${run}`, `试验区${run}`];
  await signIn(page, "demo.platform", PASSWORD);
  await page.getByRole("navigation").getByRole("link", { name: "城市与区" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "城市与区" })).toBeVisible();
  await make(page, undefined, "市", city, `C${run}`);
  await make(page, city, "区", district, `D${run}`);

  // What is taken is said, and nothing typed is lost.
  await page.getByRole("button", { name: `新增下级: ${city}` }).click();
  await dialogOf(page).getByLabel("中文名称").fill("另一个区");
  await dialogOf(page).getByLabel("代码").fill(`D${run}`);
  await dialogOf(page).getByRole("button", { name: /建\s?立/ }).click();
  await expect(dialogOf(page).getByText("这个编号已被使用。")).toBeVisible();
  await expect(dialogOf(page).getByLabel("中文名称")).toHaveValue("另一个区");
  await axe(page);
  await dialogOf(page).getByRole("button", { name: /取\s?消/ }).click();

  const [ofCity, ofDistrict] = [`city.${run}`, `district.${run}`];
  const cityOnce = await official(page, city, ofCity, "市教育局工作人员");
  const districtOnce = await official(page, district, ofDistrict, "区教育局工作人员");
  await page.getByRole("button", { name: `改名: ${city}` }).click();
  await dialogOf(page).getByLabel("中文名称").fill(`${city}（新）`);
  await dialogOf(page).getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByText(`${city}（新）`, { exact: true })).toBeVisible();
  await page.getByRole("button", { name: `改名: ${district}` }).click();
  await dialogOf(page).getByLabel("中文名称").fill(`${district}（新）`);
  await dialogOf(page).getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByText(`${district}（新）`, { exact: true })).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "authorities");

  // The city's official makes a scheme of the city; the district's registers who may hold it.
  await firstSignIn(page, ofCity, cityOnce);
  await page.goto("/schemes/new");
  await page.getByLabel("名称", { exact: true }).fill(`市级科创中心${run}`);
  await page.getByLabel("代号").fill(`city-centre-${run}`);
  await page.getByRole("button", { name: "添加问题" }).click();
  await page.getByRole("group", { name: "第 1 个问题" }).getByLabel("问题", { exact: true }).fill("活动计划");
  await page.getByRole("button", { name: /保\s?存/ }).click();
  await expect(page).toHaveURL(/\/rounds/);
  await expect(page.getByRole("link", { name: `市级科创中心${run}` }).first()).toBeVisible();
  await firstSignIn(page, ofDistrict, districtOnce);
  await page.goto("/district/organizations");
  await expect(page.getByRole("button", { name: "登记单位" })).toBeVisible();
  await page.goto("/district/settings");
  await expect(page.getByRole("heading", { level: 2, name: `${district}（新）` })).toBeVisible();

  // Nobody else sees the page.
  await page.goto("/district/authorities");
  await expect(page.getByText("您的账号不能查看这个页面")).toBeVisible();
  await switchTo(page, "official");
  await expect(page.getByRole("navigation").getByRole("link", { name: "城市与区" })).toHaveCount(0);
});
