import { axe, expect, settled, shot, signIn, test } from "./fixtures";

// Against the demonstration district: `kepu demo serve` and KEPU_URL.
const password = process.env.KEPU_DEMO_PASSWORD ?? "guangming-demo";

test.describe("student and guardian", () => {
  test("a pupil sees the credits, why, and what is coming up", async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await signIn(page, "student01", password);
    await expect(page.getByRole("heading", { level: 1, name: "我的科普学分" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "近期可以参加" })).toBeVisible();
    await axe(page);
    await shot(page, "student-home");
    await page.getByRole("link", { name: "全部明细" }).click();
    await expect(page.getByText(/按“.*”计/).first()).toBeVisible();
    await axe(page);
    await shot(page, "student-credits");
    for (const view of ["经历", "流水", "学分办法"]) {
      await page.getByText(view, { exact: true }).click();
      await settled(page);
      await axe(page);
      await shot(page, `student-credits-${view === "经历" ? "history" : view === "流水" ? "ledger" : "policy"}`);
    }
    await page.goto("/student/results");
    await axe(page);
    await shot(page, "student-results");
  });

  test("a guardian sees the child, in English and in the dark", async ({ page }) => {
    await page.addInitScript(() => {
      localStorage.setItem("kepu.language", "en");
      localStorage.setItem("kepu.theme", "dark");
    });
    await signIn(page, "guardian01", password);
    await expect(page.getByRole("heading", { level: 1, name: /Science credit of/ })).toBeVisible();
    await axe(page);
    await shot(page, "guardian-home-en-dark");
    await page.goto("/student/credits");
    await settled(page);
    await axe(page);
    await shot(page, "guardian-credits-en-dark");
  });
});
