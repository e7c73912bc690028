import { readFile } from "node:fs/promises";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

// Against the demonstration district: `kepu demo serve` and KEPU_URL.
const password = process.env.KEPU_DEMO_PASSWORD ?? "guangming-demo";

test.describe("passes", () => {
  test("a pupil shows the pass on a phone", async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await signIn(page, "student01", password);
    await page.goto("/student/pass");
    await expect(page.getByRole("heading", { level: 1, name: "我的通行码" })).toBeVisible();
    await expect(page.getByRole("img", { name: /的通行码$/ })).toBeVisible();
    await expect(page.getByText(/^\d{4} \d{4} \d{4}$/)).toBeVisible();
    await axe(page);
    await shot(page, "student-pass");
  });

  test("a teacher prints the passes of a class, and replaces a lost one", async ({ page }) => {
    await signIn(page, process.env.KEPU_TEACHER ?? "teacher01", password);
    await page.getByRole("link", { name: "五年级1班", exact: true }).click();
    await page.waitForURL(/\/classes\//);
    await settled(page);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "打印通行码" }).click();
    const file = await (await download).path();
    expect((await readFile(file)).subarray(0, 5).toString()).toBe("%PDF-");

    await page.getByRole("table").getByRole("link").first().click();
    await page.waitForURL(/\/persons\//);
    await settled(page);
    await page.getByRole("button", { name: "补发通行码" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "补发通行码" }).click();
    await expect(dialog.getByText("必填")).toBeVisible();
    await dialog.getByLabel("原因").fill("卡片丢了");
    await axe(page);
    await dialog.getByRole("button", { name: "补发通行码" }).click();
    await expect(page.getByText(/已补发，第 \d+ 张/)).toBeVisible();
    await expect(dialog).toBeHidden();
  });
});
