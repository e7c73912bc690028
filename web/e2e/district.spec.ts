import { axe, expect, settled, shot, signIn, test } from "./fixtures";

// Runs against the demonstration district.
const password = process.env.KEPU_PASSWORD ?? "guangming-demo";
const official = process.env.KEPU_OFFICIAL ?? "official";

test.describe("district", () => {
  test.beforeEach(async ({ page }) => {
    await signIn(page, official, password);
  });

  test("the overview answers where the district stands", async ({ page }) => {
    await page.goto("/district");
    await expect(page.getByRole("heading", { level: 1, name: "全区总览" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "各校人均学分" })).toBeVisible();
    await axe(page);
    await shot(page, "district-overview");
    await page.getByRole("button", { name: "看表格: 各校人均学分" }).click();
    const first = page.getByRole("table", { name: "各校人均学分" }).getByRole("link").first();
    const school = await first.textContent();
    await axe(page);
    await first.click();
    await expect(page).toHaveURL(/\/district\/reports\/persons\?.*school=/);
    await expect(page.getByText(school ?? "").first()).toBeVisible();
  });

  test("reports keep their filters in the address and leave as files", async ({ page }) => {
    for (const [path, name] of [
      ["/district/reports", "reports-credits"],
      ["/district/reports/persons", "reports-persons"],
      ["/district/reports/records?status=refused", "reports-records"],
      ["/district/reports/hosts", "reports-hosts"],
    ] as const) {
      await page.goto(path);
      await settled(page);
      await axe(page);
      await shot(page, `district-${name}`);
    }
    await page.getByRole("table").getByRole("link").first().click();
    await expect(page).toHaveURL(/host=/);
    await axe(page);
    await shot(page, "district-reports-host");
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "导出" }).click();
    await page.getByRole("menuitem", { name: "CSV" }).click();
    expect((await waiting).suggestedFilename()).toMatch(/\.csv$/);
  });
});
