import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { choose, option } from "./office";

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

  test("results are judged beside their evidence", async ({ page }) => {
    await page.goto("/district/results?state=submitted&size=20");
    await settled(page);
    await axe(page);
    await shot(page, "district-results");
    await page.getByRole("table").getByRole("link").first().click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("的竞赛成绩");
    await axe(page);
    await shot(page, "district-result");
    await page.getByRole("button", { name: "退回" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "退回" }).click();
    await expect(page.getByText("请写明理由，提交人会看到")).toBeVisible();
    await page.getByRole("dialog").getByRole("button", { name: "取消" }).click();
    const verified = await page.request.get("/api/v1/results?state=verified&limit=500");
    const { items } = (await verified.json()) as { items: { id: string; evidence_count: number }[] };
    const with_file = items.find((one) => one.evidence_count > 0);
    expect(with_file).toBeTruthy();
    await page.goto(`/district/results/${with_file?.id}`);
    await expect(page.getByRole("img", { name: /证明材料|第 1 页/ })).toBeVisible();
    await axe(page);
    await shot(page, "district-result-evidence");
    await page.goto("/district/results/match");
    await axe(page);
    await shot(page, "district-match");
  });

  test("a policy is read, changed, compared, tried and given up", async ({ page }) => {
    await page.goto("/district/policies");
    await settled(page);
    await axe(page);
    await shot(page, "district-policies");
    await page.getByRole("link", { name: /光明区/ }).first().click();
    await expect(page.getByText("谁可以获得学分")).toBeVisible();
    await axe(page);
    await shot(page, "district-policy");
    await page.getByRole("button", { name: "以此拟新版本" }).click();
    const area = page.getByRole("textbox", { name: "学分办法文本" });
    await expect(area).not.toHaveValue("");
    const document = await area.inputValue();
    await area.fill(document.replace("at_most: { records: 4 }", "at_mst: { records: 4 }"));
    await page.getByRole("button", { name: /检查$/ }).click();
    await expect(page.getByText("limits[4].at_mst")).toBeVisible();
    await axe(page);
    await shot(page, "district-publish-problem");
    const version = `2026.${Date.now()}`;
    await area.fill(
      document.replace(/version: "[^"]+"/, `version: "${version}"`).replace("credit: { fixed: 1 }", "credit: { fixed: 1.5 }").replace(/\ncases:[\s\S]*$/, "\n"),
    );
    await page.getByRole("button", { name: /检查$/ }).click();
    await expect(page.getByText("个示例全部算对")).toBeVisible();
    await page.getByRole("button", { name: /发布$/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: /发布$/ }).click();
    await expect(page).toHaveURL(/policies\/[0-9a-f-]{36}$/);
    await page.getByRole("combobox", { name: "与另一版本比较" }).click();
    await option(page, "");
    await expect(page.getByText(/处不同/)).toBeVisible();
    await axe(page);
    await shot(page, "district-compare");
    await page.goBack();
    await page.getByRole("button", { name: "测算启用的影响" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "开始测算" }).click();
    await expect(page.getByText("测算完成，待决定").first()).toBeVisible({ timeout: 120_000 });
    await axe(page);
    await shot(page, "district-adoption");
    await page.getByRole("button", { name: "放弃" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "放弃" }).click();
    await expect(page.getByText("已放弃").first()).toBeVisible();
  });

  test("an account is made, and its password shown once", async ({ page }) => {
    await page.goto("/district/accounts");
    await page.getByRole("button", { name: "开通账号" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "开通账号" }).click();
    await expect(dialog.getByText("请填写").first()).toBeVisible();
    await dialog.getByLabel("登录名").fill(`auditor-${Date.now()}`);
    await dialog.getByLabel("姓名或岗位").fill("演示审计员二");
    await choose(page, dialog.getByLabel("角色"), "审计人员");
    await dialog.getByRole("button", { name: "开通账号" }).click();
    await expect(page.getByText("只显示这一次")).toBeVisible();
    await shot(page, "district-one-time");
    await page.getByRole("button", { name: "我已记下" }).click();
    await expect(page.getByText("只显示这一次")).toBeHidden();
  });

  test("a soft rule is decided with its reason", async ({ page }) => {
    await page.goto("/district/flags?size=20");
    await page.getByRole("button", { name: /决定：/ }).first().click();
    await expect(page.getByText("先计入，待管理人员决定")).toBeVisible();
    await page.getByText("照常计分（规则不用于这条记录）").click();
    await page.getByRole("textbox", { name: "理由" }).fill("经核实，属于科普月活动");
    await shot(page, "district-flag");
    await page.getByRole("button", { name: "保存决定" }).click();
    await expect(page.getByText("已决定 1 条")).toBeVisible();
  });

  test("the other pages stand", async ({ page }) => {
    for (const [path, name] of [
      ["/district/flags?tab=decided", "decided"],
      ["/district/audit?size=20", "audit"],
      ["/district/organizations?size=20", "organizations"],
      ["/district/designations", "designations"],
      ["/district/designations?tab=schemes", "schemes"],
      ["/district/competitions?size=20", "competitions"],
      ["/district/accounts?size=20", "accounts"],
      ["/district/settings", "settings"],
    ] as const) {
      await page.goto(path);
      await axe(page);
      await shot(page, `district-${name}`);
    }
    await page.goto("/district/organizations?kind=base");
    await page.getByRole("table").getByRole("link").first().click();
    await expect(page.getByRole("heading", { name: "已授予的资质" })).toBeVisible();
    await axe(page);
    await shot(page, "district-organization");
  });
});
