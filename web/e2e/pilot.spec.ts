import type { Page } from "@playwright/test";
import { PASSWORD } from "./calls";
import { axe, expect, shot, signIn, test } from "./fixtures";
import { confirmAll, day, dialogOf, firstSignIn, newActivity, newSession, openAccount, option, recordClass, switchTo } from "./office";

// The pilot of a district, from nothing and through the pages alone: a published list names a base and a school, both get
// accounts, the school its pupils, the base a session; pupils earn credit, until the base is suspended.
const run = Date.now().toString(36);
const BASE = `合成生物基地${run}`;
const SCHOOL = `试点小学${run}`;

/** The official uploads a list, and enters what of it is right. */
async function enter(page: Page, kind: string, sheet: string, refused: number) {
  await page.goto("/lists");
  await page.locator("label").filter({ hasText: new RegExp(`^${kind}$`) }).click();
  if (kind === "资质") {
    await page.getByLabel("资质类别").click();
    await option(page, "校外科技创新教育基地", true);
  }
  await page.locator("input[type=file]").setInputFiles({ name: `${kind}.csv`, mimeType: "text/csv", buffer: Buffer.from(sheet) });
  await page.getByRole("button", { name: "上传并比对" }).click();
  if (refused > 0) await expect(page.getByText(`${refused} 行有误，不会写入`)).toBeVisible();
  await page.getByRole("button", { name: "写入", exact: true }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "写入", exact: true }).click();
  await expect(page.getByText("名单已写入")).toBeVisible();
}

/** The official opens an account, which is used for the first time. */
async function account(page: Page, login: string, role: string, organization: string) {
  await firstSignIn(page, login, await openAccount(page, login, role, organization));
}

test.slow();

test("a district names a base and a pilot school, pupils earn credit there, and a suspension takes it back", async ({ page }) => {
  await signIn(page, "official", PASSWORD);
  // The first bad turn: one row of the list is of no kind that there is, and the others are entered.
  await enter(page, "单位", `单位名称,类型,单位代码,级别\n${BASE},基地,PB${run},区级\n${SCHOOL},学校,PS${run},\n农场${run},动物园,PX${run},\n`, 1);
  await enter(page, "资质", `单位,编号,有效期起\nPB${run},试${run}-1,${day(-100)}\n`, 0);
  await account(page, `pilot.base.${run}`, "场馆管理员", BASE);
  await newActivity(page, "给细菌染色");
  await newSession(page, "给细菌染色", day(7), "09:30");
  // Pupils are in a class from the day on which they are entered: this session has begun whatever the hour.
  const held = await newSession(page, "给细菌染色", day(0), "00:00");

  await switchTo(page, "official");
  await account(page, `pilot.school.${run}`, "学校管理员", SCHOOL);
  const sheet = `学校,年级,班级,学号,姓名,出生日期,性别\n${SCHOOL},五,1,P${run}1,测试学生甲,2015-03-04,女\n${SCHOOL},五,1,P${run}2,测试学生乙,2015-05-06,男`;
  await page.goto("/school/imports");
  await page.locator('input[type="file"]').setInputFiles({ name: "名册.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) });
  await page.getByText("部分人员：只新增和更新，不影响其他人").click();
  await page.getByRole("button", { name: "上传并比较" }).click();
  await page.getByRole("button", { name: "写入名册" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "写入名册" }).click();
  await expect(page.getByText("名册已更新")).toBeVisible();
  expect(await recordClass(page, held, /五年级.*1班/)).toBe(2);

  await switchTo(page, `pilot.base.${run}`);
  expect(await confirmAll(page, held)).toBe(2);

  // The second: what a suspension would affect is told before it is done, and then everybody sees it.
  await switchTo(page, "official");
  await page.goto(`/district/designations?q=${encodeURIComponent(`试${run}`)}`);
  await page.getByRole("link", { name: `试${run}-1` }).click();
  await page.getByRole("button", { name: /^暂\s?停$/ }).click();
  const from = page.getByLabel("从哪天起暂停");
  await from.fill(day(-30));
  await from.press("Enter");
  const told = page.getByRole("region", { name: "会影响什么" });
  await expect(told.getByText("1 个将要举行的场次")).toBeVisible();
  await expect(told.getByText(/2 条记录、2 人的学分变化/)).toBeVisible();
  await axe(page);
  await shot(page, "pilot-suspension");
  await page.getByLabel("理由").fill("安全整改");
  await dialogOf(page).getByRole("button", { name: /^暂\s?停$/ }).click();
  await expect(page.getByText("安全整改")).toBeVisible();
  await page.getByRole("link", { name: `试${run}-1` }).click();
  await expect(page.getByText("目前暂停，暂停期间的活动可能不计学分。")).toBeVisible();
});
