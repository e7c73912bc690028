import { readFileSync } from "node:fs";
import { PASSWORD } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

test("an official sets a tariff, settles to the cent, keeps the report and has the pack of a month made", async ({ page }) => {
  await signIn(page, "official", PASSWORD);
  await page.goto("/district/reports");
  await page.getByRole("link", { name: "成文报表" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "总览" })).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "reports-overview");

  for (const [name, picture] of [
    ["学校情况", "schools"],
    ["班级情况", "classes"],
    ["基地情况", "bases"],
    ["达标情况", "requirements"],
    ["异常核查", "exceptions"],
    ["未覆盖学生", "not-reached"],
    ["均衡情况", "equity"],
    ["科普计划与主题", "programmes"],
    ["竞赛成绩", "results"],
    ["空余名额", "empty-places"],
    ["预约未到", "no-shows"],
    ["确认时效", "promptness"],
  ] as const) {
    await page.getByRole("navigation", { name: "报表种类" }).getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await settled(page);
    await shot(page, `reports-${picture}`);
  }

  // A figure opens to what it counts.
  await page.getByRole("navigation", { name: "报表种类" }).getByRole("link", { name: "竞赛成绩", exact: true }).click();
  await page.getByRole("table", { name: "按级别与奖项" }).getByRole("link").first().click();
  await expect(page).toHaveURL(/\/district\/results\?state=verified.*level=/);
  await settled(page);
  await page.goBack();

  // Who took part is a list of just those; of who did not there may be nobody.
  await page.getByRole("navigation", { name: "报表种类" }).getByRole("link", { name: "未覆盖学生", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "未覆盖学生" })).toBeVisible();
  await settled(page);
  await page.getByRole("table", { name: "按年级" }).getByRole("link", { name: / 参与人数/ }).first().click();
  await expect(page).toHaveURL(/\/district\/reports\/persons\?.*took=true/);
  await expect(page.getByText("期内在籍").last()).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "reports-not-reached-persons");
  await page.goBack();
  await settled(page);

  // Settlement: without a tariff nothing is due; with one, each person-time.
  await page.getByRole("navigation", { name: "报表种类" }).getByRole("link", { name: "承办单位结算" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "承办单位结算" })).toBeVisible();
  await settled(page);
  const hosts = page.getByRole("table", { name: "按单位" }).first();
  const row = hosts.locator("tbody tr[data-row-key]").first();
  const host = (await row.getByRole("link").first().innerText()).trim();
  const came = Number((await row.locator("td").nth(3).innerText()).replaceAll(",", ""));
  await row.getByRole("link").first().click();
  await expect(page).toHaveURL(/[?&]host=/);
  await settled(page);
  await page.getByRole("button", { name: "设定单价" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("单价（元）").fill("1.005");
  await dialog.getByRole("button", { name: /保\s*存/ }).click();
  await expect(dialog.getByText("请填写金额，最多两位小数")).toBeVisible();
  await dialog.getByLabel("单价（元）").fill("217");
  const first = dialog.getByLabel("起", { exact: true });
  await first.fill("2015-01-01");
  await first.press("Enter");
  await dialog.getByRole("button", { name: /保\s*存/ }).click();
  await expect(page.getByText("单价已设定")).toBeVisible();
  const due = `${String(came * 217).replace(/\B(?=(\d{3})+(?!\d))/g, ",")}.00`;
  await expect(page.getByRole("table", { name: "按单位" }).getByText(due).first()).toBeVisible();
  await page.getByRole("button", { name: "列出名单" }).click();
  await expect(page.getByRole("heading", { name: "到场人员" })).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "reports-settlement");

  // The paper says the same as the page.
  const paper = page.waitForEvent("download");
  await page.getByRole("button", { name: "导出" }).click();
  await page.getByRole("menuitem", { name: "PDF" }).click();
  const file = await (await paper).path();
  expect(readFileSync(file).subarray(0, 5).toString()).toBe("%PDF-");
  // Each table is a file of its own.
  const list = page.waitForEvent("download");
  await page.getByRole("button", { name: "导出" }).click();
  await page.getByRole("menuitem", { name: "CSV · 到场人员" }).click();
  expect(readFileSync(await (await list).path()).toString()).toContain("学号");

  // Under a name, by its link.
  const name = `结算 ${Date.now() % 1_000_000}`;
  await page.getByRole("button", { name: "保存报表" }).click();
  await page.getByRole("dialog").getByLabel("名称").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: /保\s*存/ }).click();
  await expect(page.getByText("已保存").last()).toBeVisible();
  await page.getByRole("link", { name: "保存与报表包" }).first().click();
  await page.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name: "承办单位结算" })).toBeVisible();
  await expect(page.getByRole("table", { name: "按单位" }).getByText(host).first()).toBeVisible();

  // A pack: asked for, watched, downloaded.
  await page.getByRole("link", { name: "保存与报表包" }).first().click();
  await page.getByRole("button", { name: "生成报表包" }).click();
  await page.getByRole("dialog").getByLabel("名称").fill(`报表包 ${name}`);
  await page.getByRole("dialog").getByRole("button", { name: "生成报表包" }).click();
  const pack = page.getByRole("row").filter({ hasText: `报表包 ${name}` });
  await expect(pack.getByText("已完成")).toBeVisible({ timeout: 60_000 });
  await settled(page);
  await axe(page);
  await shot(page, "reports-kept");
  const workbook = page.waitForEvent("download");
  await pack.getByRole("button", { name: "工作簿" }).click();
  const book = await (await workbook).path();
  expect(readFileSync(book).subarray(0, 2).toString()).toBe("PK");

  // The past: yesterday's figures say so.
  await page.goto("/district/reports?as_of=2026-01-01");
  await settled(page);
});

test("a base reads its reports, opens a figure and keeps one", async ({ page }) => {
  await signIn(page, "base01", PASSWORD);
  await page.goto("/base/reports");
  await expect(page.getByRole("heading", { level: 1, name: "承办单位结算" })).toBeVisible();
  await settled(page);
  await expect(page.getByText("数据截至").first()).toBeVisible();
  await axe(page);
  await shot(page, "reports-base-settlement");
  for (const [name, picture] of [
    ["空余名额", "empty-places"],
    ["预约未到", "no-shows"],
    ["确认时效", "promptness"],
    ["基地情况", "own"],
  ] as const) {
    await page.getByRole("navigation", { name: "报表种类" }).getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await settled(page);
    await shot(page, `reports-base-${picture}`);
  }
  await page.getByRole("link", { name: /已确认/ }).first().click();
  await expect(page).toHaveURL(/\/base\/reports\/records/);
  await settled(page);
  await axe(page);
  await page.goBack();
  const name = `基地 ${Date.now() % 1_000_000}`;
  await page.getByRole("button", { name: "保存报表" }).click();
  await page.getByRole("dialog").getByLabel("名称").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: /保\s*存/ }).click();
  await expect(page.getByText("已保存").last()).toBeVisible();
  await page.goto("/base/reports/kept");
  await page.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name: "基地情况" })).toBeVisible();
});

test("a school saves a report of a class and opens it by its link", async ({ page }) => {
  await signIn(page, "school01", PASSWORD);
  await page.goto("/school/report/ready/school");
  await expect(page.getByRole("heading", { level: 1, name: "学校情况" })).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "reports-of-school");
  await page.getByRole("table", { name: "按班级" }).getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1, name: "班级情况" })).toBeVisible();
  await settled(page);
  await shot(page, "reports-of-class");
  const name = `班级 ${Date.now() % 1_000_000}`;
  await page.getByRole("button", { name: "保存报表" }).click();
  await page.getByRole("dialog").getByLabel("名称").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: /保\s*存/ }).click();
  await expect(page.getByText("已保存").last()).toBeVisible();
  await page.goto("/school/report/kept");
  await page.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name: "班级情况" })).toBeVisible();
});
