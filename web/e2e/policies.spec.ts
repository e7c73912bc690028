import type { Page } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, DESKTOP, expect, PHONE, settled, shot, signIn, test } from "./fixtures";
import { choose, dialogOf, switchTo } from "./office";

// A district that scores its teachers beside its pupils: every page is about the policy that fits whom it shows, a choice is
// offered only where there is one, and a policy can be ended.

interface Adoption {
  id: string;
  state: string;
  version: number;
  policy_id: string;
}

const CHOICE = "按哪个学分办法";

async function adopt(request: Parameters<typeof token>[0], policy: string): Promise<string> {
  const official = await token(request, "official");
  const known = await ask<{ items: { id: string }[] }>(request, official, "GET", `/api/v1/policies?policy_id=${policy}&limit=1`);
  const version = known.items[0]?.id ?? "";
  const list = await ask<{ items: Adoption[] }>(request, official, "GET", "/api/v1/adoptions?limit=200");
  if (list.items.some((one) => one.policy_id === policy && one.state === "effective")) return version;
  const asked = await ask<Adoption>(request, official, "POST", "/api/v1/adoptions", { policy_version_id: version });
  const now = () => ask<Adoption>(request, official, "GET", `/api/v1/adoptions/${asked.id}`);
  await expect.poll(async () => (await now()).state, { timeout: 60_000 }).toBe("computed");
  const computed = await now();
  await ask(request, official, "POST", `/api/v1/adoptions/${asked.id}/effective`, undefined, { "If-Match": `"${computed.version}"` });
  await expect.poll(async () => (await now()).state, { timeout: 60_000 }).toBe("effective");
  return version;
}

/** Opens a page: it shows something, nothing failed, and nothing is to be chosen. */
async function opens(page: Page, path: string) {
  await test.step(path, async () => {
    await page.goto(path);
    await settled(page);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator(".ant-alert-error")).toHaveCount(0);
    await expect(page.getByLabel(CHOICE)).toHaveCount(0);
  });
}

const PAGES: Record<string, string[]> = {
  student01: ["/student", "/student/credits", "/student/credentials"],
  guardian01: ["/student", "/student/credits"],
  teacher01: ["/teacher"],
  school01: ["/school", "/school/report", "/school/report/persons", "/school/report/ready/requirements", "/school/papers"],
  baseadmin01: ["/base", "/base/reports"],
  official: [
    "/district",
    "/district/reports",
    "/district/reports/persons",
    "/district/reports/records",
    "/district/reports/hosts",
    "/district/reports/ready/requirements",
    "/district/reports/kept",
  ],
};

test("a policy for teachers beside that of the pupils, and its end", async ({ page, request }) => {
  const version = await adopt(request, "teacher-training");
  await page.setViewportSize(DESKTOP);
  await signIn(page, "student01", PASSWORD);
  for (const [login, paths] of Object.entries(PAGES)) {
    // One after the other: they share a browser.
    // oxlint-disable-next-line no-await-in-loop
    if (login !== "student01") await switchTo(page, login);
    // oxlint-disable-next-line no-await-in-loop
    for (const path of paths) await opens(page, path);
  }
  // The official may look at the teachers, too.
  await page.goto("/district/reports");
  await settled(page);
  await choose(page, page.getByLabel("学分办法").first(), "科技教师培训");
  await expect(page).toHaveURL(/policy=teacher-training/);
  await settled(page);
  await expect(page.locator(".ant-alert-error")).toHaveCount(0);
  await expect(page.getByText("示例值").first()).toBeVisible();

  // A class and one of its pupils.
  await switchTo(page, "teacher01");
  const teacher = await token(request, "teacher01");
  const scores = await ask<{ items: { class_id: string; person_id: string }[] }>(request, teacher, "GET", "/api/v1/scores?limit=1&sort=-total");
  const { class_id, person_id } = scores.items[0] ?? { class_id: "", person_id: "" };
  await opens(page, `/classes/${class_id}`);
  await expect(page.getByText("分值为示例").first()).toBeVisible();
  await opens(page, `/persons/${person_id}`);
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
  await opens(page, `/persons/${person_id}?as_of=${today}`);

  // Were both for pupils, one would be chosen from.
  await page.route("**/api/v1/scored-policies*", async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { policies: { policy_id: string }[]; choices: string[] };
    await route.fulfill({ response: answer, json: { ...body, choices: body.policies.map((one) => one.policy_id) } });
  });
  await page.goto(`/persons/${person_id}`);
  await settled(page);
  await choose(page, page.getByLabel(CHOICE), "科技教师培训");
  await expect(page).toHaveURL(/policy=teacher-training/);
  await page.reload();
  await settled(page);
  await expect(page.getByText(/依据 科技教师培训学时办法/)).toBeVisible();
  await page.setViewportSize(PHONE);
  await axe(page);
  await page.setViewportSize(DESKTOP);
  await shot(page, "policy-choice");
  await page.unroute("**/api/v1/scored-policies*");

  await switchTo(page, "official");
  await page.goto(`/district/policies/${version}`);
  await settled(page);
  await page.getByRole("button", { name: "停止执行" }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel("原因").fill("教师改用市里的办法");
  await axe(page);
  await shot(page, "policy-end");
  await dialog.getByRole("button", { name: "停止执行" }).click();
  await expect(page.getByText("已停止执行").last()).toBeVisible();
  await expect(page.getByRole("button", { name: "停止执行" })).toHaveCount(0);
  await opens(page, "/district/reports");
});
