import type { APIRequestContext } from "@playwright/test";
import { ask, ownSession, PASSWORD, token } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

interface Me {
  grants: { organization_id: string; person_id: string; scope_name_zh: string }[];
}

/** The student was at a base yesterday, says the school; the base rejects it. */
async function rejected(request: APIRequestContext, title: string) {
  const student = await token(request, "student01");
  const person = (await ask<Me>(request, student, "GET", "/api/v1/me")).grants[0]?.person_id ?? "";
  const base = await token(request, "baseadmin01");
  const starts_at = new Date(Date.now() - 30 * 3600_000).toISOString();
  const { session } = await ownSession(request, base, { code: `AP${Date.now() % 1_000_000}`, title, minutes: 90, starts_at });
  const teacher = await token(request, "teacher01");
  const answer = await ask<{ outcomes: { participation_id: string }[] }>(request, teacher, "POST", `/api/v1/sessions/${session}/participations`, {
    persons: [{ person_id: person }],
  });
  const participation_id = answer.outcomes[0]?.participation_id;
  await ask(request, base, "POST", `/api/v1/sessions/${session}/confirmation`, { reject: [{ participation_id, reason: "签到表上没有" }] });
}

test.slow();

test("a student questions a rejected attendance, the base agrees, the official grants, and the student sees the credit and why", async ({ page, request }) => {
  const title = `夜观昆虫${Date.now() % 1_000_000}`;
  await rejected(request, title);

  await signIn(page, "student01", PASSWORD);
  await page.goto("/student/credits?view=history");
  await page.getByRole("button", { name: `有疑问: ${title}` }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("button", { name: "提交申诉" }).click();
  await expect(form.getByText("请写明哪里不对", { exact: true })).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "appeals-ask");
  await form.getByLabel("哪里不对").fill("我当天在场，老师拍了合影");
  await form.getByRole("button", { name: "提交申诉" }).click();
  await expect(page.getByText("申诉已提交")).toBeVisible();
  await expect(page.getByRole("link", { name: "申诉中" }).first()).toBeVisible();
  await axe(page);
  await shot(page, "appeals-history");

  await page.context().clearCookies();
  await signIn(page, "baseadmin01", PASSWORD);
  await page.goto("/appeals?turn=host");
  await axe(page);
  await shot(page, "appeals-host");
  await page.getByRole("link", { name: title }).click();
  await expect(page.getByText("我当天在场，老师拍了合影")).toBeVisible();
  await page.getByLabel("当时的情况").fill("核对了合影，他在场，签到漏了");
  await axe(page);
  await shot(page, "appeals-statement");
  await page.getByRole("button", { name: "提交说明" }).click();
  await expect(page.getByText("说明已提交")).toBeVisible();

  await page.context().clearCookies();
  await signIn(page, "official", PASSWORD);
  await page.goto("/appeals?turn=district");
  await expect(page.getByRole("link", { name: title })).toBeVisible();
  await axe(page);
  await shot(page, "appeals-district");
  await page.getByRole("button", { name: "申诉期限" }).click();
  await expect(page.getByLabel("举办单位几天内说明")).toHaveValue(/\d+/);
  await axe(page);
  await shot(page, "appeals-terms");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.getByRole("link", { name: title }).click();
  await expect(page.getByText("举办单位：应当更正")).toBeVisible();
  await expect(page.getByText(/学生的学分/)).toBeVisible();
  await page.getByRole("button", { name: "通过并更正" }).click();
  await expect(page.getByText("请写明理由")).toBeVisible();
  await page.getByLabel("理由").fill("基地核对了合影，确认到场");
  await axe(page);
  await shot(page, "appeals-decide");
  await page.getByRole("button", { name: "通过并更正" }).click();
  await expect(page.getByText("已通过，学分已更正")).toBeVisible();

  await page.context().clearCookies();
  await signIn(page, "student01", PASSWORD);
  await page.goto("/appeals?tab=closed");
  await page.getByRole("link", { name: title }).click();
  await expect(page.getByText("区里决定：通过并更正")).toBeVisible();
  await expect(page.getByText("基地核对了合影，确认到场").first()).toBeVisible();
  await expect(page.getByText("已确认", { exact: true })).toBeVisible();
  await axe(page);
  await shot(page, "appeals-granted");
  await page.goto("/student/credits");
  await expect(page.getByText(title).first()).toBeVisible();
  await settled(page);
  await shot(page, "appeals-sheet");
});
