import type { Locator } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { choose, day, option } from "./office";

// Against the demonstration district: KEPU_URL alone. The draft is of a version of its own and becomes effective far away,
// and is given up in the end, so that nobody's credit changes.
test.slow();

/** Fills in a field of the form, which keeps it with Enter. */
async function keep(field: Locator, value: string) {
  await field.fill(value);
  await field.press("Enter");
}

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
  // Form and text stand side by side: the form changed the text, and nothing else of it.
  const text = page.getByRole("textbox", { name: "文本（YAML）" });
  await expect(text).toHaveValue(new RegExp(`version: .*${version}`));
  const sentences = page.locator(".ant-card", { has: page.getByRole("heading", { name: "办法说明" }) });

  // A rule, a limit and a level by the form; what they mean is said beside it.
  const rules = page.getByRole("list", { name: "计分", exact: true });
  await page.getByRole("button", { name: "添加计分规则" }).click();
  await keep(rules.getByLabel("中文名称"), "夜间观星");
  await keep(rules.getByLabel("每次", { exact: true }), "2");
  await expect(text).toHaveValue(/title: \{ zh: 夜间观星, en: New rule \}\n\s+when: \{ kind: rule \}\n\s+credit: \{ fixed: 2 \}/);
  await expect(sentences.getByText(/夜间观星/).first()).toBeVisible();
  await expect(page.getByText("可以提交")).toBeVisible();
  await choose(page, rules.getByRole("combobox", { name: "适用哪些记录 添加条件" }), "年级", "年级");
  await keep(rules.getByLabel("年级 到"), "8");
  await expect(text).toHaveValue(/kind: rule, grade: \{ from: 1, to: 8 \}/);
  await settled(page);
  await axe(page);
  await shot(page, "laboratory-form");
  await page.getByRole("button", { name: "添加上限" }).click();
  const limits = page.getByRole("list", { name: "上限", exact: true });
  await keep(limits.getByLabel("中文名称"), "全年上限");
  await keep(limits.getByLabel("学分", { exact: true }), "900");
  await expect(sentences.getByText(/全年上限/).first()).toBeVisible();
  await page.getByRole("button", { name: "添加等级", exact: true }).first().click();
  const ladders = page.getByRole("list", { name: "等级", exact: true });
  await keep(ladders.getByLabel("中文名称"), "观星之星");
  await expect(sentences.getByText(/观星之星/).first()).toBeVisible();
  await expect(page.getByText("可以提交")).toBeVisible();
  await page.getByRole("button", { name: "上移全年上限" }).click();
  await expect(page.getByRole("button", { name: "下移全年上限" })).toBeEnabled();

  // What is wrong is marked at its line and said below the text; the form takes it back.
  await page.getByRole("button", { name: "夜间观星", exact: true }).click();
  await keep(rules.getByLabel("每次", { exact: true }), "-2");
  await expect(page.getByText("1 处问题")).toBeVisible();
  const wrong = page.getByRole("button", { name: /第 \d+ 行第 \d+ 字/ });
  const line = /第 (\d+) 行/.exec((await wrong.textContent()) ?? "")?.[1];
  await expect(page.getByTitle(/credit\.fixed/)).toHaveText(`● ${line}`);
  await wrong.click();
  await expect(text).toBeFocused();
  await axe(page);
  await shot(page, "laboratory-error");
  await page.getByRole("button", { name: "撤销上一步" }).click();
  await expect(page.getByText("可以提交")).toBeVisible();
  const whole = await text.inputValue();
  await text.fill(whole.replace(/^rules:/m, "rulez:"));
  await expect(page.getByText(/处问题/)).toBeVisible();
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
