import type { APIRequestContext } from "@playwright/test";
import { PASSWORD } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

// What an account meets on its first day. Each run makes accounts of its own.
const OWN = "a sentence that only I know";

interface Grant {
  role: string;
  district_id?: string | null;
  organization_id?: string | null;
  person_id?: string | null;
}

/** A school administrator makes an account; what it signs in with. */
async function made(request: APIRequestContext, display_name: string, grants: (of: Grant, pupils: string[]) => Grant[]) {
  const entry = await request.post("/api/v1/auth/login", { data: { login: "school01", password: PASSWORD } });
  const { access_token } = (await entry.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${access_token}` };
  const read = async <T,>(path: string) => (await (await request.get(`/api/v1${path}`, { headers })).json()) as T;
  const me = await read<{ grants: Grant[] }>("/me");
  const own = me.grants[0] ?? { role: "" };
  const { items } = await read<{ items: { id: string; number: string }[] }>(`/persons?school=${own.organization_id}&limit=8&status=active`);
  const login = `e2e.${Date.now().toString(36)}${Math.random().toString(36).slice(2, 5)}`;
  const answer = await request.post("/api/v1/accounts", {
    headers,
    data: { login, display_name, grants: grants(own, items.map(({ id }) => id)) },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { one_time_password } = (await answer.json()) as { one_time_password: string };
  return { login, password: one_time_password };
}

test("the first password must be changed before anything else", async ({ page, request }) => {
  const account = await made(request, "测试新教师", (of) => [
    { role: "teacher", district_id: of.district_id ?? null, organization_id: of.organization_id ?? null },
  ]);
  await signIn(page, account.login, account.password);
  await expect(page).toHaveURL(/\/account\/password$/);
  await expect(page.getByText("这是别人替您设置的初始密码")).toBeVisible();
  await axe(page);
  await shot(page, "account-first-password");
  await page.goto("/teacher/records");
  await expect(page).toHaveURL(/\/account\/password$/);

  await page.locator("#current_password").fill(account.password);
  await page.locator("#new_password").fill("short");
  await page.locator("#repeat").fill(OWN);
  await page.getByRole("button", { name: "修改密码", exact: true }).click();
  await expect(page.locator(".ant-form-item-explain-error")).toHaveCount(2);
  await page.locator("#new_password").fill(OWN);
  await page.locator("#repeat").fill(OWN);
  await page.getByRole("button", { name: "修改密码", exact: true }).click();
  await expect(page).toHaveURL(/\/teacher$/);
  await expect(page.getByRole("heading", { level: 1, name: "工作台" })).toBeVisible();
});

test("a guardian of two children looks at one after the other, on a phone", async ({ page, request }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const account = await made(request, "测试家长", (of, pupils) =>
    pupils.slice(2, 4).map((person_id) => ({ role: "guardian", district_id: of.district_id ?? null, person_id })),
  );
  await signIn(page, account.login, account.password);
  await page.locator("#current_password").fill(account.password);
  await page.locator("#new_password").fill(OWN);
  await page.locator("#repeat").fill(OWN);
  await page.getByRole("button", { name: "修改密码", exact: true }).click();
  await expect(page).toHaveURL(/\/student/);
  await settled(page);
  const children = page.getByRole("radiogroup", { name: "孩子" });
  await expect(children.getByRole("radio")).toHaveCount(2);
  const names = await children.locator("label").allTextContents();
  const [first = "", second = ""] = names;
  expect(first).not.toBe(second);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(first);
  await axe(page);
  await shot(page, "guardian-two-children");
  await children.getByText(second).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(second);
  // The choice holds on other pages, and after coming back.
  await page.goto("/student/credits");
  await expect(children.getByRole("radio", { checked: true })).toHaveCount(1);
  await expect(children.locator(".ant-segmented-item-selected")).toHaveText(second);
  await page.goto("/student");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(second);
});

test("slips with passwords are all that is printed of their page", async ({ page }) => {
  await signIn(page, "school01", PASSWORD);
  await page.goto("/school/accounts");
  await page.getByRole("button", { name: "新建账号" }).click();
  await page.getByRole("textbox", { name: "姓名", exact: true }).fill("测试教师");
  const login = `e2e.p${Date.now().toString(36)}`;
  await page.getByRole("textbox", { name: "账号", exact: true }).fill(login);
  await page.getByRole("button", { name: "新建", exact: true }).click();
  const slips = page.getByRole("region", { name: "初始密码" });
  await expect(slips.getByText(login)).toBeVisible();
  await page.emulateMedia({ media: "print" });
  await expect(slips.getByText(login)).toBeVisible();
  await expect(page.getByRole("button", { name: "新建账号" })).toBeHidden();
  await expect(slips.getByRole("button", { name: "已分发，关闭" })).toBeHidden();
  await expect(page.getByRole("navigation").first()).toBeHidden();
  await shot(page, "school-slips-print");
});

test("reports and results are filtered by what somebody looks for, in English and in the dark", async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem("kepu.language", "en");
    localStorage.setItem("kepu.theme", "dark");
  });
  await signIn(page, "official", PASSWORD);
  await page.goto("/district/reports/persons?met=false");
  await settled(page);
  await expect(page.getByText("All met").first()).toBeHidden();
  const table = page.getByRole("table", { name: "Persons" }).or(page.getByRole("table")).first();
  await expect(table.getByText(/short/i).first()).toBeVisible();
  await axe(page);
  await shot(page, "district-persons-short-dark-en");
  await page.goto("/district/results?level=international");
  await settled(page);
  await expect(page.getByRole("table").locator('tbody a[href^="/district/results/"]')).toHaveCount(0);
  await page.goto("/district/flags");
  await page.getByRole("table").locator(".ant-table-row-expand-icon").first().click();
  await expect(page.getByRole("table").getByText(/until an official decides/i).first()).toBeVisible();
  await axe(page);
  await shot(page, "district-flag-open-dark-en");
});
