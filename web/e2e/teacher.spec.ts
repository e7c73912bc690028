import { axe, expect, settled, shot, signIn, test } from "./fixtures";

// Against the demonstration district: `kepu demo serve` and KEPU_URL.
const password = process.env.KEPU_DEMO_PASSWORD ?? "guangming-demo";
const login = process.env.KEPU_TEACHER ?? "teacher01";

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

  test("a class of 45 is recorded by mouse, and taken back", async ({ page }) => {
    await signIn(page, login, password);
    const began = Date.now();
    await page.getByRole("link", { name: "记录参与" }).click();
    await expect(page.getByRole("heading", { level: 2, name: "选择场次" })).toBeVisible();
    await axe(page);
    await shot(page, "teacher-record-session");
    await page.locator("section", { hasText: "选择场次" }).getByRole("listitem").nth(2).getByRole("button").click();
    await page.getByRole("button", { name: "五年级2班" }).click();
    await expect(page.getByRole("status").filter({ hasText: /已选 \d\d\// })).toBeVisible();
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
});
