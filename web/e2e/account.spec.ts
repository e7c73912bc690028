import { axe, expect, shot, signInByForm, test } from "./fixtures";

const login = process.env.KEPU_LOGIN ?? "teacher01";
const password = process.env.KEPU_PASSWORD ?? "guangming-demo";

test.describe("account", () => {
  test("a visitor finds the way in", async ({ page }) => {
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await axe(page);
    await shot(page, "account-landing");
    await page.goto("/account/devices");
    await expect(page).toHaveURL(/\/sign-in\?next=%2Faccount%2Fdevices/);
    await axe(page);
    await shot(page, "account-sign-in");
  });

  test("a wrong password is said in words, and what was typed stays", async ({ page }) => {
    await page.goto("/sign-in");
    await page.locator('input[autocomplete="username"]').fill("nobody-of-this-name");
    await page.locator('input[autocomplete="current-password"]').fill("not the password");
    await page.locator('button[type="submit"]').click();
    await expect(page.getByRole("alert")).toContainText("账号或密码不正确");
    await expect(page.locator('input[autocomplete="username"]')).toHaveValue("nobody-of-this-name");
    await axe(page);
  });

  test.describe("signed in", () => {
    test("devices, language and appearance", async ({ page }) => {
      await signInByForm(page, login, password);
      await page.goto("/account/devices");
      await expect(page.getByRole("heading", { level: 1, name: "我的设备" })).toBeVisible();
      await expect(page.getByText("本设备")).toBeVisible();
      await axe(page);
      await shot(page, "account-devices");

      await page.getByRole("button", { name: "语言" }).click();
      await page.getByRole("menuitem", { name: "English" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "My devices" })).toBeVisible();
      await page.getByRole("button", { name: "Appearance" }).click();
      await page.getByRole("menuitem", { name: "Dark" }).click();
      await expect(page.getByRole("menuitem", { name: "Dark" })).toBeHidden();
      await axe(page);
      await shot(page, "account-devices-dark-en");

      await page.goto("/account/password");
      await expect(page.getByRole("heading", { level: 1, name: "Change password" })).toBeVisible();
      await page.getByRole("button", { name: "Change password" }).click();
      await expect(page.getByText("Enter your present password")).toBeVisible();
      await axe(page);
      await shot(page, "account-password");

      await page.keyboard.press("Control+k");
      await expect(page.getByRole("combobox")).toBeFocused();
      await page.keyboard.press("Escape");
      await page.goto("/no-such-page");
      await expect(page.getByRole("heading", { level: 1, name: "There is no such page" })).toBeVisible();
      await axe(page);
    });

    test("an expired sign-in keeps the form", async ({ page, context }) => {
      await signInByForm(page, login, password);
      await page.goto("/account/password");
      await page.locator("#current_password").fill("not my present password");
      await page.locator("#new_password").fill("a new long secret of mine");
      await page.locator("#repeat").fill("a new long secret of mine");
      await context.clearCookies();
      await page.getByRole("button", { name: "修改密码", exact: true }).click();
      const dialog = page.getByRole("dialog", { name: "请重新登录" });
      await expect(dialog).toBeVisible();
      await shot(page, "account-sign-in-again");
      await dialog.locator('input[type="password"]').fill(password);
      await dialog.getByRole("button", { name: "登录", exact: true }).click();
      await expect(dialog).toBeHidden();
      // The change that was under way went on, and was refused for what was typed.
      await expect(page.getByText("当前密码不正确")).toBeVisible();
      await expect(page.locator("#new_password")).toHaveValue("a new long secret of mine");
    });

    test("signing out", async ({ page }) => {
      await signInByForm(page, login, password);
      await page.getByRole("button", { name: /我的账号/ }).click();
      await page.getByRole("menuitem", { name: "退出登录" }).click();
      await expect(page.getByRole("button", { name: "登录" }).first()).toBeVisible();
    });
  });
});
