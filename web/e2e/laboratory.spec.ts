import { ask, PASSWORD, token } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { day, option } from "./office";

// Against the demonstration district: KEPU_URL alone. The draft is of a version of its own and becomes effective far away,
// and is given up in the end, so that nobody's credit changes.
test.slow();

test("rules are written, tried, approved by another official and published; a student sees what to do next", async ({ page, request }) => {
  const official = await token(request, "official");
  await signIn(page, "official", PASSWORD);
  await page.goto("/district/laboratory");
  await expect(page.getByRole("heading", { level: 1, name: "办法实验室" })).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "起草" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "起草" }).click();
  await expect(page.getByText("名称与版本")).toBeVisible();
  const version = `e2e-${Date.now() % 1_000_000}`;
  await page.getByLabel("版本", { exact: true }).fill(version);
  await page.getByLabel("版本", { exact: true }).press("Enter");
  await expect(page.getByText("可以提交")).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "laboratory-draft");
  // The form changed the text, and nothing else of it.
  await page.getByText("文本（YAML）").click();
  const text = page.getByRole("textbox", { name: "文本（YAML）" });
  await expect(text).toHaveValue(new RegExp(`version: .*${version}`));
  const whole = await text.inputValue();
  await text.fill(whole.replace(/^rules:/m, "rulez:"));
  await expect(page.getByText(/处问题/)).toBeVisible();
  await page.getByRole("button", { name: /第 \d+ 行/ }).first().click();
  await expect(text).toBeFocused();
  await text.fill(whole);
  await expect(page.getByText("可以提交")).toBeVisible();
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText("有未保存的修改")).toBeHidden();
  const draft = page.url();

  // One student, both ways.
  await page.getByRole("button", { name: "在一名学生上试算" }).click();
  const student = await ask<{ items: { number: string; name: string }[] }>(request, official, "GET", "/api/v1/scores?limit=1&sort=-total");
  const number = student.items[0]?.number ?? "";
  await page.getByLabel("学生", { exact: true }).fill(number);
  await option(page, number);
  await expect(page.getByRole("dialog").getByRole("cell", { name: "学分合计" })).toBeVisible();
  await shot(page, "laboratory-one");
  await page.getByRole("dialog").getByRole("button", { name: /关闭|Close/ }).click();

  // The whole district.
  await page.getByRole("button", { name: "在全区试算" }).click();
  await page.getByRole("button", { name: "开始试算" }).click();
  await expect(page.getByText("这只是试算：流水和学分都没有变动。")).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("heading", { name: "按学校" })).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "laboratory-trial");

  // Submitted by one, approved by another, published with a day.
  await page.goto(draft);
  await page.getByRole("button", { name: "提交审批" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "提交审批" }).click();
  await expect(page.getByText("这是您提交的，须由另一名管理员批准。")).toBeVisible();
  await expect(page.getByRole("button", { name: "批准", exact: true })).toBeHidden();
  const id = draft.split("/").at(-1) ?? "";
  const other = await token(request, "approver");
  const read = await ask<{ version: number }>(request, other, "GET", `/api/v1/policy-drafts/${id}`);
  await ask(request, other, "POST", `/api/v1/policy-drafts/${id}/approve`, { note: "同意" }, { "If-Match": `"${read.version}"` });
  await page.reload();
  await expect(page.getByText("已批准").first()).toBeVisible();
  await page.getByRole("button", { name: "发布" }).click();
  const when = page.getByLabel("从哪天起生效");
  await when.fill(day(300));
  await when.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "发布" }).click();
  await expect(page.getByText(`${day(300)} 起生效`)).toBeVisible();
  await shot(page, "laboratory-published");

  // As the page is where its day has come and booking failed, which nothing here makes fail.
  const address = `**/api/v1/policy-drafts/${id}`;
  await page.route(address, async (route) => {
    const answer = await route.fetch();
    const failed = { adoption_id: id, adoption_state: "failed", adoption_error: "Something failed inside the service." };
    await route.fulfill({ response: answer, json: { ...(await answer.json()), ...failed } });
  });
  await page.reload();
  await expect(page.getByText("未能生效")).toBeVisible();
  await expect(page.getByText(/系统每小时自动再试/)).toBeVisible();
  await expect(page.getByRole("button", { name: "再试一次" })).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "laboratory-failed");
  await page.unroute(address);
  await page.reload();
  await expect(page.getByRole("button", { name: "再试一次" })).toBeHidden();
  await page.getByRole("button", { name: "放弃" }).click();
  await page.getByLabel("理由").fill("演示结束");
  await page.getByRole("dialog").getByRole("button", { name: "放弃" }).click();
  await expect(page.getByText("已放弃").first()).toBeVisible();

  // A student reads what to do next.
  await page.context().clearCookies();
  await signIn(page, "student01", PASSWORD);
  await expect(page.getByRole("heading", { name: "接下来可以做什么" })).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "laboratory-next");
});
