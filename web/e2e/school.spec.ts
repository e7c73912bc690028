import { axe, expect, settled, shot, signIn, test } from "./fixtures";

const login = process.env.KEPU_SCHOOL_LOGIN ?? "school01";
const password = process.env.KEPU_PASSWORD ?? "guangming-demo";

const sheet = [
  "学校,年级,班级,学号,姓名,出生日期,性别",
  "示范学校第01号,五,1,T0150101,杨测试00001,,",
  "示范学校第01号,五,2,E2E001,新测试甲,2015-13-40,女",
  "示范学校第01号,九十,2,E2E002,新测试乙,2015-03-04,男",
].join("\r\n");

test.describe("school", () => {
  test.describe.configure({ timeout: 120_000 });
  test.beforeEach(async ({ page }) => signIn(page, login, password));

  test("home", async ({ page }) => {
    await page.goto("/school");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("table", { name: "各班情况" })).toBeVisible();
    await axe(page);
    await shot(page, "school-home");
  });

  test("a roster is compared, corrected and discarded", async ({ page }) => {
    await page.goto("/school/imports");
    await axe(page);
    await page.locator('input[type="file"]').setInputFiles({ name: "名册.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) });
    await shot(page, "school-imports");
    await page.getByRole("button", { name: "上传并比较" }).click();
    await expect(page).toHaveURL(/\/school\/imports\/[0-9a-f-]{36}/);
    await expect(page.getByText(/将被视为离校/)).toBeVisible();
    await page.getByText("有误 2", { exact: true }).click();
    await expect(page).toHaveURL(/outcome=refused/);
    await expect(page.getByText("日历上没有这一天")).toBeVisible();
    await axe(page);
    await shot(page, "school-import");
    await page.getByLabel("第 3 行 出生日期").fill("2015-12-04");
    await page.getByRole("button", { name: "改正第 3 行", exact: true }).click();
    await expect(page.getByText("第 3 行已改正：新增")).toBeVisible();
    await expect(page.getByRole("radio", { name: "有误 1" })).toBeVisible();

    // Nearly everybody would leave: that must be meant.
    await page.getByRole("button", { name: "写入名册" }).click();
    const dialog = page.getByRole("dialog", { name: "把这些差异写入名册？" });
    await expect(dialog.getByRole("button", { name: "写入名册" })).toBeDisabled();
    await shot(page, "school-import-commit");
    await dialog.getByRole("button", { name: "取消" }).click();
    await page.getByRole("button", { name: "放弃" }).click();
    await page.getByRole("tooltip").getByRole("button", { name: "放弃" }).click();
    await expect(page.getByText("这次导入已放弃，名册没有改动。")).toBeVisible();
    await settled(page);
  });
});
