import { PASSWORD } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

// The demonstration lends microscopes to the first school, due in two days: reminders are written when the service starts.
test("who borrowed something is reminded of the day on which it is due, reads it once, and finds it again", async ({ page }) => {
  await signIn(page, "school01", PASSWORD);
  const bell = page.getByRole("link", { name: /条未读/ });
  await expect(bell).toBeVisible();
  await bell.click();
  await expect(page.getByRole("heading", { level: 1, name: "提醒" })).toBeVisible();
  const row = page.getByRole("row").filter({ hasText: "便携式显微镜" }).filter({ hasText: "归还借用的资源" });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("即将到期");
  await axe(page);
  await shot(page, "reminders");
  await page.evaluate(() => localStorage.setItem("kepu.language", "en"));
  await page.reload();
  await settled(page);
  await expect(page.getByRole("heading", { level: 1, name: "Reminders" })).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "Portable microscopes" }).first()).toBeVisible();
  await axe(page);
  await shot(page, "reminders-en");
  await page.evaluate(() => localStorage.setItem("kepu.language", "zh-CN"));
  await page.reload();

  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: "资源预约" })).toBeVisible();
  await page.goBack();
  await expect(row.getByText("未读")).toBeHidden();
  await page.getByRole("button", { name: "全部标为已读" }).click();
  await expect(page.getByText("已标为已读")).toBeVisible();
  await expect(bell).toBeHidden();
});
