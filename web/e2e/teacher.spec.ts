import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { ownSession, token } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

// Against the demonstration district: `kepu demo serve` and KEPU_URL.
const password = process.env.KEPU_DEMO_PASSWORD ?? "guangming-demo";
const login = process.env.KEPU_TEACHER ?? "teacher01";

// One dot, as small as a picture can be.
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

/** A session of the base that has just been, in which nobody is yet; and its title, which no other has. */
async function fresh(request: APIRequestContext, name: string) {
  const title = `${name}${Date.now() % 1_000_000}`;
  const starts_at = new Date(Date.now() - 3 * 3_600_000).toISOString();
  await ownSession(request, await token(request, "base01"), { code: `T${Date.now().toString(36)}`, title, minutes: 60, starts_at });
  return title;
}

/** Chooses this session, and in it the class: everybody is marked. */
async function chooseClass(page: Page, title: string, press: (button: Locator) => Promise<void>) {
  await page.getByPlaceholder("活动名称或举办单位").fill(title);
  await page.keyboard.press("Enter");
  await press(page.getByRole("listitem").filter({ hasText: title }).getByRole("button"));
  await press(page.getByRole("button", { name: "六年级1班" }));
  await expect(page.getByRole("status").filter({ hasText: /已选 \d\d\/\d+ 人/ })).toBeVisible();
}

test.describe("teacher", () => {
  test("home says what to do today and how the classes stand", async ({ page }) => {
    await signIn(page, login, password);
    await expect(page.getByRole("heading", { level: 1, name: "工作台" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "今天要处理" })).toBeVisible();
    await page.getByRole("button", { name: /五年级1班: .*未达标/ }).click();
    await expect(page.getByText(/还差/).first()).toBeVisible();
    await axe(page);
    await shot(page, "teacher-home");
  });

  test("a class of 45 is recorded by mouse, and taken back", async ({ page, request }) => {
    const title = await fresh(request, "鼠标录入");
    await signIn(page, login, password);
    const began = Date.now();
    await page.getByRole("link", { name: "记录参与" }).click();
    await expect(page.getByRole("heading", { level: 2, name: "选择场次" })).toBeVisible();
    await axe(page);
    await shot(page, "teacher-record-session");
    await chooseClass(page, title, (button) => button.click());
    await page.getByRole("checkbox").nth(3).click();
    await axe(page);
    await shot(page, "teacher-record-who");
    await page.reload();
    await expect(page.getByRole("checkbox").nth(3)).not.toBeChecked();
    await page.getByRole("button", { name: "下一步：核对" }).click();
    await axe(page);
    await shot(page, "teacher-record-check");
    await page.getByRole("button", { name: /^提交 \d+ 人/ }).click();
    await expect(page.getByText(/已记录 \d+ 人/)).toBeVisible();
    test.info().annotations.push({ type: "seconds", description: String((Date.now() - began) / 1000) });
    await axe(page);
    await shot(page, "teacher-record-done");
    await page.getByRole("button", { name: /撤回这 \d+ 人/ }).click();
    await expect(page.getByText(/已撤回 \d+ 人/)).toBeVisible();
    await settled(page);
  });

  test("pasted names and a sheet show what is wrong beside the line", async ({ page, request }) => {
    const title = await fresh(request, "粘贴名单");

    await signIn(page, login, password);
    await page.goto("/teacher/record");
    await page.getByPlaceholder("活动名称或举办单位").fill(title);
    await page.keyboard.press("Enter");
    await page.getByRole("listitem").filter({ hasText: title }).getByRole("button").click();
    await page.getByText("粘贴学号或姓名").click();
    await page.getByRole("textbox").fill("T0150101\nT0150101\n赵无此人\nT9999999\nT0150102 王大明\n林测试00003");
    await expect(page.getByText("本校名册里没有这个姓名").first()).toBeVisible();
    await expect(page.getByText("重复，只计一次")).toBeVisible();
    await axe(page);
    await shot(page, "teacher-record-paste");
    await page.getByText("上传表格").click();
    await page.locator('input[type="file"]').first().setInputFiles({
      name: "签到.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("\uFEFF学号,姓名,时长\nT0150105,,60\nT0150106,不对,\n,没有这人,30\n"),
    });
    await expect(page.getByText("签到.csv")).toBeVisible();
    await axe(page);
    await shot(page, "teacher-record-sheet");
    await page.keyboard.press("Control+Enter");
    await expect(page.getByRole("button", { name: /^提交 \d+ 人/ })).toBeVisible();
    await shot(page, "teacher-record-check-wrong");
  });

  test("a class by keyboard alone", async ({ page, request }) => {
    const title = await fresh(request, "键盘录入");
    await signIn(page, login, password);
    await page.goto("/teacher/record");
    await chooseClass(page, title, async (button) => {
      await button.focus();
      await page.keyboard.press("Enter");
    });
    const boxes = page.getByRole("checkbox");
    await expect(boxes.first()).toBeChecked();
    await boxes.first().focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await expect(boxes.nth(2)).not.toBeChecked();
    await expect(boxes.nth(3)).toBeChecked();
    await page.keyboard.press("Control+Enter");
    await expect(page.getByRole("button", { name: /^提交 \d+ 人/ })).toBeVisible();
    await page.keyboard.press("Control+Enter");
    await expect(page.getByText(/已记录 \d+ 人/)).toBeVisible();
    await page.getByRole("button", { name: /撤回这 \d+ 人/ }).click();
    await expect(page.getByText(/已撤回 \d+ 人/)).toBeVisible();
  });

  test("an expired sign-in loses nothing of the entry", async ({ page, context, request }) => {
    const title = await fresh(request, "重新登录");
    await signIn(page, login, password);
    await page.goto("/teacher/record");
    await chooseClass(page, title, (button) => button.click());
    await expect(page.getByRole("checkbox").first()).toBeChecked();
    await page.getByRole("button", { name: "下一步：核对" }).click();
    const send = page.getByRole("button", { name: /^提交 \d+ 人/ });
    await expect(send).toBeEnabled();
    await context.clearCookies();
    await send.click();
    const dialog = page.getByRole("dialog", { name: "请重新登录" });
    await dialog.locator('input[type="password"]').fill(password);
    await dialog.getByRole("button", { name: "登录", exact: true }).click();
    await expect(page.getByText(/已记录 \d+ 人/)).toBeVisible();
    await page.getByRole("button", { name: /撤回这 \d+ 人/ }).click();
    await expect(page.getByText(/已撤回 \d+ 人/)).toBeVisible();
  });

  test("records and their filters", async ({ page }) => {
    await signIn(page, login, password);
    await page.goto("/teacher/records?state=rejected");
    await expect(page.getByText("已退回").first()).toBeVisible();
    await axe(page);
    await shot(page, "teacher-records");
  });

  test("a class and a pupil", async ({ page }) => {
    await signIn(page, login, password);
    await page.getByRole("link", { name: "五年级1班" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "五年级1班" })).toBeVisible();
    await axe(page);
    await shot(page, "teacher-class");
    await page.getByRole("table").getByRole("link").nth(1).click();
    await expect(page.getByRole("heading", { name: "总学分" })).toBeVisible();
    await axe(page);
    await shot(page, "teacher-person");
    await page.getByText("经历", { exact: true }).click();
    await settled(page);
    await axe(page);
    await shot(page, "teacher-person-history");
    await page.getByText("学分流水", { exact: true }).click();
    await settled(page);
    await axe(page);
    await shot(page, "teacher-person-ledger");
    await page.goto(page.url().replace(/\?.*/, ""));
    await page.emulateMedia({ media: "print" });
    await shot(page, "teacher-person-print");
  });

  test("a result with evidence, and one that came back", async ({ page }) => {
    await signIn(page, login, password);
    await page.goto("/teacher/results");
    await axe(page);
    await shot(page, "teacher-results");
    await page.getByRole("button", { name: "提交成绩" }).first().click();
    await page.getByRole("button", { name: "提交", exact: true }).click();
    await expect(page.getByText("请选择竞赛")).toBeVisible();
    await axe(page);
    await shot(page, "teacher-result-new");
    await page.getByLabel("竞赛", { exact: true }).fill("机器人");
    await page.keyboard.press("Enter");
    // Somebody else each time: what is entered already is refused.
    await page.getByLabel("获奖学生").fill(`T01501${String(1 + (Date.now() % 20)).padStart(2, "0")}`);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.getByLabel("获奖级别").click();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByText("二等奖").click();
    await page.getByLabel("作品名称（可不填）").fill(`作品 ${Date.now()}`);
    await page.locator('input[type="file"]').first().setInputFiles({ name: "证书.png", mimeType: "image/png", buffer: PNG });
    await page.getByRole("button", { name: "提交", exact: true }).click();
    await expect(page).toHaveURL(/results\/[0-9a-f-]{36}/);
    await expect(page.getByText("证书.png").first()).toBeVisible();
    await axe(page);
    await shot(page, "teacher-result");
    await page.getByRole("button", { name: "撤回", exact: true }).click();
    await page.getByRole("tooltip").getByRole("button", { name: "撤回", exact: true }).click();
    await expect(page.getByText("已撤回").first()).toBeVisible();
    await page.goto("/teacher/results?state=returned");
    await page.getByRole("table").getByRole("link").first().click();
    await expect(page.getByText(/退回原因/)).toBeVisible();
    await axe(page);
    await shot(page, "teacher-result-returned");
  });
});
