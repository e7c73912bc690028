import { readFileSync } from "node:fs";
import { PASSWORD } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { option } from "./office";

test("an official enters a published list: compared, mended in place, written, and found in the register", async ({ page }) => {
  await signIn(page, "official", PASSWORD);
  await page.goto("/lists");
  await expect(page.getByRole("heading", { level: 1, name: "名单导入" })).toBeVisible();
  await shot(page, "lists-home");

  const tag = `e2e${Date.now() % 1_000_000}`;
  const sheet = `单位名称,类型,单位代码,级别\n示范农场${tag},基地,F${tag},区级\n示范馆${tag},动物园,M${tag},市级\n,企业,X${tag},\n`;
  await page.locator("input[type=file]").setInputFiles({ name: "首批名单.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) });
  await page.getByRole("button", { name: "上传并比对" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "首批名单.csv" })).toBeVisible();
  await expect(page.getByText("2 行有误，不会写入")).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "lists-compared");

  // One row is mended where it stands; the other is left out.
  await page.getByLabel("第 3 行的类型").fill("科技馆");
  await page.getByRole("button", { name: "重新检查第 3 行" }).click();
  await expect(page.getByText("1 行有误，不会写入")).toBeVisible();
  await page.getByRole("button", { name: "写入", exact: true }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "写入", exact: true }).click();
  await expect(page.getByText("名单已写入")).toBeVisible();
  await shot(page, "lists-entered");

  // What was entered may hold a licence from a second list.
  await page.goto("/lists");
  await page.locator("label").filter({ hasText: /^资质$/ }).click();
  await page.getByLabel("资质类别").click();
  await option(page, "校外科技创新教育基地", true);
  const licences = `单位,编号,有效期起\nF${tag},示${tag}-1,2026-09-01\n无名单位,示${tag}-2,2026-09-01\n`;
  await page.locator("input[type=file]").setInputFiles({ name: "授牌.csv", mimeType: "text/csv", buffer: Buffer.from(licences) });
  await page.getByRole("button", { name: "上传并比对" }).click();
  await expect(page.getByText("没有找到，请写代码或全称；单位请先登记")).toBeVisible();
  await page.getByRole("button", { name: "写入", exact: true }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "写入", exact: true }).click();
  await expect(page.getByText("名单已写入")).toBeVisible();
  await page.goto(`/register?q=示${tag}-1`);
  await expect(page.getByText(`示范农场${tag}`)).toBeVisible();
});

test("a list of names alone is entered as what it is of, and a row that does not fit is mended", async ({ page }) => {
  const tag = `e2e${Date.now() % 1_000_000}`;
  await signIn(page, "official", PASSWORD);
  await page.goto("/lists");
  await page.getByLabel("单位类型").click();
  await option(page, "幼儿园", true);
  const sheet = `园所名称\n晨光幼儿园${tag}\n,晚霞幼儿园${tag}\n`;
  await page.locator("input[type=file]").setInputFiles({ name: "园所.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) });
  await shot(page, "lists-names");
  await page.getByRole("button", { name: "上传并比对" }).click();
  await expect(page.getByText("这一行的格数与表头不符，请核对下面各格")).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "lists-unlike-header");
  await page.getByLabel("第 3 行的名称").fill(`晚霞幼儿园${tag}`);
  await page.getByRole("button", { name: "重新检查第 3 行" }).click();
  await expect(page.getByText("1 行有误，不会写入")).toBeHidden();
  await page.getByRole("button", { name: "写入", exact: true }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "写入", exact: true }).click();
  await expect(page.getByText("名单已写入")).toBeVisible();
  await page.goto(`/district/organizations?q=${tag}`);
  await expect(page.getByText(`晚霞幼儿园${tag}`)).toBeVisible();
});

test("a list of names alone gets days and numbers from its announcement, and kinds from the names", async ({ page }) => {
  const tag = `e2e${Date.now() % 1_000_000}`;
  const upload = (name: string, text: string) => page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  const enter = async () => {
    await page.getByRole("button", { name: "写入", exact: true }).click();
    await page.getByRole("tooltip").getByRole("button", { name: "写入", exact: true }).click();
    await expect(page.getByText("名单已写入")).toBeVisible();
  };
  await signIn(page, "official", PASSWORD);
  await page.goto("/lists");
  await page.getByLabel("单位类型").click();
  await option(page, "幼儿园", true);
  await upload("试点.csv", `单位名称，性质\n${tag}晨星幼儿园，公办\n${tag}新村社区，\n${tag}儿童之家，\n${tag}示范基地，\n`);
  await page.getByRole("button", { name: "上传并比对" }).click();
  await expect(page.getByText("文件各格之间用的是中文逗号“，”，已按它分开。")).toBeVisible();
  await expect(page.getByText("类型 — → 社区")).toBeVisible();
  // A row that is taken is mended all the same.
  await page.getByRole("button", { name: "修改第 4 行" }).click();
  await page.getByLabel("第 4 行的类型").click();
  await option(page, "社区", true);
  await settled(page);
  await axe(page);
  await shot(page, "lists-mend-taken");
  await page.getByRole("button", { name: "重新检查第 4 行" }).click();
  await expect(page.getByText("类型 — → 幼儿园")).toHaveCount(1);
  await enter();

  await page.goto("/lists?kind=designations");
  await page.getByLabel("资质类别").click();
  await option(page, "校外科技创新教育基地", true);
  await page.getByLabel("有效期起").fill("2026-05-01");
  await page.getByLabel("有效期起").press("Enter");
  await page.getByLabel("编号规则").fill(`${tag}-{nnn}`);
  await page.getByLabel("来源").fill("区公告");
  await shot(page, "lists-designations-given");
  await upload("认定名单.csv", `序号,单位名称\n7,${tag}示范基地\n`);
  await page.getByRole("button", { name: "上传并比对" }).click();
  await expect(page.getByText(`编号 — → ${tag}-007`)).toBeVisible();
  await expect(page.getByText("有效期起 — → 2026-05-01")).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "lists-designations-compared");
});

test("the themes of a year come from the list that was published", async ({ page }) => {
  const tag = `e2e${Date.now() % 1_000_000}`;
  await signIn(page, "official", PASSWORD);
  await page.goto("/programmes");
  await page.getByRole("button", { name: "新建计划" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("名称", { exact: true }).fill(`联合行动${tag}`);
  await dialog.getByLabel("编号", { exact: true }).fill(tag);
  await dialog.getByRole("button", { name: /保\s?存/ }).click();
  await expect(dialog).toBeHidden();

  await page.goto("/lists");
  await page.locator("label").filter({ hasText: "科普计划主题" }).click();
  await page.getByLabel("科普计划", { exact: true }).click();
  await option(page, `联合行动${tag}`);
  await page.getByLabel("年度主题", { exact: true }).fill("科学的一年");
  await shot(page, "lists-themes");
  const published = readFileSync(new URL("../../data/joint-action-2024-themes.csv", import.meta.url));
  const sheet = Buffer.concat([published, Buffer.from("2024-05,,美丽乡村,published,\n")]);
  await page.locator("input[type=file]").setInputFiles({ name: "联合行动主题.csv", mimeType: "text/csv", buffer: sheet });
  await page.getByRole("button", { name: "上传并比对" }).click();
  // The last row says another theme for May.
  await expect(page.getByText("1 行有误，不会写入")).toBeVisible();
  await expect(page.getByText("年度主题 — → 科学的一年")).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "lists-themes-compared");
  await page.getByRole("button", { name: "写入", exact: true }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "写入", exact: true }).click();
  await expect(page.getByText("名单已写入")).toBeVisible();
  await page.getByRole("link", { name: "查看科普计划" }).click();
  await page.getByRole("link", { name: /科学的一年/ }).click();
  await expect(page.getByText("筑梦航天", { exact: true })).toBeVisible();
  await expect(page.getByText("Cherish Resources").first()).toBeVisible();
});

test("a list that nobody wants is given up, and a bad file says why", async ({ page }) => {
  await signIn(page, "official", PASSWORD);
  await page.goto("/lists");
  const upload = (text: string) =>
    page.locator("input[type=file]").setInputFiles({ name: "错误.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await upload("代码,级别\nA,区级\n");
  await page.getByRole("button", { name: "上传并比对" }).click();
  await expect(page.getByText("缺少这一列")).toBeVisible();
  await page.getByRole("button", { name: /错误\.csv|移除|删除/ }).first().click();
  await upload("名称,类型\n示范气象站,气象站\n");
  await page.getByRole("button", { name: "上传并比对" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "错误.csv" })).toBeVisible();
  await expect(page.getByRole("button", { name: "写入", exact: true })).toBeDisabled();
  await page.getByRole("button", { name: "放弃" }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "放弃" }).click();
  await expect(page.getByText("这份名单已放弃，没有改动任何数据。")).toBeVisible();
});
