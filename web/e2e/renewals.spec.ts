import type { APIRequestContext, Page } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, expect, shot, signIn, test } from "./fixtures";
import { day, dialogOf, pick, switchTo } from "./office";

// Each run grants licences of its own to a school of the demonstration.
const run = Date.now().toString(36);
const PDF = { name: "三年总结.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF") };

interface Held {
  page: string;
  organization: string;
  number: string;
}

/** A licence of the second school that ends in twenty days, under a scheme that renews for a year. */
async function held(request: APIRequestContext, code: string): Promise<Held> {
  const [official, school] = [await token(request, "official"), await token(request, "school02")];
  const me = await ask<{ grants: { organization_id: string }[] }>(request, school, "GET", "/api/v1/me");
  const organization_id = me.grants[0]?.organization_id ?? "";
  const rules = {
    form: { fields: [{ key: "plan", name_zh: "计划", answer: { kind: "long_text", max_length: 500 } }] },
    validity: { kind: "months", months: 12 },
    renewal: { days_before: 60, days_after: 30 },
  };
  const scheme = await ask<{ id: string }>(request, official, "POST", "/api/v1/schemes", { code: `${code}-${run}`, name_zh: `示范点${code}${run}`, rules });
  const number = `${code}-${run}-1`;
  const made = await ask<{ id: string }>(request, official, "POST", `/api/v1/organizations/${organization_id}/designations`, {
    scheme_id: scheme.id,
    number,
    valid_from: day(-300),
    valid_to: day(20),
  });
  return { page: `/designations/${made.id}`, organization: `/organizations/${organization_id}`, number };
}

const history = (page: Page) => page.locator(".ant-card").filter({ has: page.getByRole("heading", { level: 2, name: "经过" }) });

test.slow();

test("a school asks for renewal, is refused with a reason, asks again with a file, and is renewed", async ({ page, request }) => {
  const own = await held(request, "renew");
  const askFor = async (text: string, file?: typeof PDF) => {
    await page.getByRole("button", { name: "申请延续" }).click();
    await dialogOf(page).getByLabel("说明").fill(text);
    if (file) await dialogOf(page).getByLabel("附件（可以不填）").setInputFiles(file);
    await axe(page);
    await dialogOf(page).getByRole("button", { name: "提交申请" }).click();
    await expect(page.getByText("等待答复", { exact: true })).toBeVisible();
    await expect(page.getByRole("button", { name: "申请延续" })).toHaveCount(0);
  };
  await signIn(page, "school02", PASSWORD);
  await page.goto(own.page);
  await askFor("三年来每月开放一次。");

  // The authority finds it on its list, and refuses.
  await switchTo(page, "official");
  await page.goto("/district/designations?tab=renewals");
  await expect(page.getByRole("tab", { name: "延续申请" })).toBeVisible();
  await expect(page.getByText(own.number)).toBeVisible();
  await axe(page);
  await shot(page, "renewals-waiting");
  await page.goto(own.page);
  await page.getByRole("button", { name: "不同意延续" }).click();
  await dialogOf(page).getByLabel("理由").fill("缺三年总结");
  await dialogOf(page).getByRole("button", { name: "不同意延续" }).click();
  await expect(page.getByText("缺三年总结")).toBeVisible();

  await switchTo(page, "school02");
  await page.goto(own.page);
  await expect(page.getByText("缺三年总结")).toBeVisible();
  await askFor("总结见附件。", PDF);
  await expect(page.getByRole("button", { name: PDF.name })).toBeVisible();
  await axe(page);
  await shot(page, "renewals-asked");

  await switchTo(page, "official");
  await page.goto(own.page);
  await expect(page.getByRole("button", { name: PDF.name })).toBeVisible();
  await page.getByRole("button", { name: "同意并延续" }).click();
  await dialogOf(page).getByLabel("理由").fill("总结属实");
  await dialogOf(page).getByRole("button", { name: /^延\s?续$/ }).click();
  await expect(page.getByText("已同意延续")).toBeVisible();
  await expect(history(page).getByText("延续", { exact: true })).toBeVisible();
});

test("a suspension and a revocation that are still to come are taken back, and all of it is on record", async ({ page, request }) => {
  const own = await held(request, "ahead");
  const told = page.getByRole("region", { name: "会影响什么" });
  await signIn(page, "official", PASSWORD);
  await page.goto(own.page);
  await page.getByRole("button", { name: /^暂\s?停$/ }).click();
  await pick(page.getByLabel("从哪天起暂停"), day(5));
  await dialogOf(page).getByLabel("理由").fill("计划整改");
  await dialogOf(page).getByRole("button", { name: /^暂\s?停$/ }).click();
  await expect(page.getByText(/将从 .* 起暂停/)).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "不再暂停" }).click();
  await dialogOf(page).getByLabel("理由").fill("提前整改完毕");
  await dialogOf(page).getByRole("button", { name: /^恢\s?复$/ }).click();
  await expect(page.getByText(/将从 .* 起暂停/)).toHaveCount(0);

  await page.getByRole("button", { name: /^撤\s?销$/ }).click();
  await expect(dialogOf(page).getByText("编号不再给别的单位使用")).toBeVisible();
  await pick(page.getByLabel("从哪天起撤销"), day(5));
  await dialogOf(page).getByLabel("理由").fill("拟停办");
  await dialogOf(page).getByRole("button", { name: /^撤\s?销$/ }).click();
  await expect(page.getByText(/将从 .* 起撤销/)).toBeVisible();
  await shot(page, "designations-revocation-ahead");
  await page.getByRole("button", { name: "不再撤销" }).click();
  await expect(told).toBeVisible();
  await dialogOf(page).getByLabel("理由").fill("继续开办");
  await dialogOf(page).getByRole("button", { name: "不再撤销" }).click();
  await expect(page.getByText(/将从 .* 起撤销/)).toHaveCount(0);

  // On the page of the school, ending and correcting tell what they affect first; what is suspended is not called in force.
  const row = page.getByRole("row").filter({ hasText: own.number });
  await page.goto(own.organization);
  await expect(row.getByText("有效", { exact: true })).toBeVisible();
  await row.getByRole("button", { name: "变更" }).click();
  await expect(told).toHaveAttribute("aria-busy", "false");
  await dialogOf(page).getByRole("button", { name: /取\s?消/ }).click();
  await row.getByRole("button", { name: /终\s?止/ }).click();
  await expect(told).toBeVisible();
  await pick(dialogOf(page).getByLabel("最后一天"), day(-1));
  await expect(told).toHaveAttribute("aria-busy", "false");
  await axe(page);
  await shot(page, "organization-end");
  await dialogOf(page).getByLabel("理由").fill("停办");
  await dialogOf(page).getByRole("button", { name: /终\s?止/ }).click();
  await expect(row.getByText("已到期", { exact: true })).toBeVisible();

  await page.context().clearCookies();
  await page.goto(`/register/${own.number}`);
  await expect(page.getByText("已到期。")).toBeVisible();
  for (const event of ["授予", "暂停", "恢复", "撤销", "不再撤销", "终止，最后一天"])
    await expect(page.getByText(event, { exact: true }).first()).toBeVisible();
  await axe(page);
  await shot(page, "register-number");
});
