import type { Page } from "@playwright/test";
import { PASSWORD } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { choose, day, firstSignIn, newActivity, pick, register, switchTo } from "./office";

// Against the demonstration district: KEPU_URL alone. Each run brings a museum and an academy of its own.
const run = Date.now() % 10_000_000;
const MUSEUM = { name: `试点科技馆${run}`, login: `museum-${run}`, kind: "科技馆、博物馆" };
const ACADEMY = { name: `试点研究院${run}`, login: `academy-${run}`, kind: "科研院所" };
const PROJECTOR = `球幕放映机${run}`;
const TITLE = `馆院战略合作协议${run}`;

const pdf = (name: string) => ({ name, mimeType: "application/pdf", buffer: Buffer.from(`%PDF-1.7\n${name}\n%%EOF`) });

async function upload(page: Page, button: string, name: string) {
  await page.getByRole("button", { name: button }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator('input[type="file"]').first().setInputFiles(pdf(name));
  await dialog.getByRole("button", { name: /上\s?传/ }).last().click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: new RegExp(name.replace(".", "\\.")) })).toBeVisible();
}

/** Signs in the name of one's own organization. Between two characters alone a button has a space. */
async function sign(page: Page, step: "签署" | "签署并提交", post: string) {
  const button = { name: step === "签署" ? /^签\s?署$/ : step };
  await page.getByRole("button", button).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("职务").fill(post);
  await dialog.getByRole("button", button).click();
  await expect(dialog).toBeHidden();
}

async function open(page: Page) {
  await page.goto(`/agreements?q=${run}`);
  await page.getByRole("link", { name: TITLE }).click();
  await expect(page.getByRole("heading", { level: 1, name: TITLE })).toBeVisible();
}

// One story: what one test leaves the next one takes up.
test.describe.configure({ mode: "serial" });
test.slow();

test("a museum drafts an agreement, the academy refuses, the text is changed and offered again, and both sign", async ({ page }) => {
  for (const { kind, name, login } of [ACADEMY, MUSEUM]) {
    // One after the other, as an official does.
    // oxlint-disable-next-line no-await-in-loop
    await switchTo(page, "official");
    // oxlint-disable-next-line no-await-in-loop
    await firstSignIn(page, login, await register(page, kind, name, "场馆管理员", login));
  }

  await page.goto("/agreements");
  await expect(page.getByText("还没有协议")).toBeVisible();
  await axe(page);
  await shot(page, "agreements-empty");
  await page.getByRole("button", { name: "起草协议" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("名称", { exact: true }).fill(TITLE);
  await choose(page, drawer.getByLabel("第 2 方"), ACADEMY.name, ACADEMY.name);
  await pick(drawer.getByLabel("结束日期"), day(1000));
  await drawer.getByLabel("合作目标").fill("共同开展科学传播");
  await axe(page);
  await shot(page, "agreements-form");
  await drawer.getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: TITLE })).toBeVisible();

  // Without its text nobody is asked to sign.
  await page.getByRole("button", { name: "签署并提交", exact: true }).click();
  await page.getByRole("dialog").getByLabel("职务").fill("馆长");
  await page.getByRole("dialog").getByRole("button", { name: "签署并提交" }).click();
  await expect(page.getByRole("dialog").getByText("还没有协议文本，请先上传。")).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: /返\s?回/ }).click();
  await upload(page, "上传文本", "协议一稿.pdf");
  await sign(page, "签署并提交", "馆长");
  await expect(page.getByText(`等待签署：${ACADEMY.name}`)).toBeVisible();

  await switchTo(page, ACADEMY.login);
  await open(page);
  await expect(page.getByText("待签署")).toBeVisible();
  await axe(page);
  await shot(page, "agreements-offered");
  await page.getByRole("button", { name: "不同意" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "不同意" }).click();
  await expect(dialog.getByText("必填")).toBeVisible();
  await dialog.getByLabel("原因").fill("期限太长，先签三年以内的一半");
  await axe(page);
  await dialog.getByRole("button", { name: "不同意" }).click();
  await expect(page.getByText(`${ACADEMY.name}没有同意：期限太长`).first()).toBeVisible();

  await switchTo(page, MUSEUM.login);
  await open(page);
  await expect(page.getByText("修改内容或换一份文本后，可以重新提交签署。")).toBeVisible();
  await axe(page);
  await shot(page, "agreements-refused");
  await upload(page, "换一份文本", "协议二稿.pdf");
  await page.getByRole("button", { name: "修改协议" }).click();
  await pick(page.getByRole("dialog").getByLabel("结束日期"), day(500));
  await page.getByRole("dialog").getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await sign(page, "签署并提交", "馆长");

  await switchTo(page, ACADEMY.login);
  await open(page);
  await expect(page.getByRole("button", { name: /协议二稿\.pdf/ })).toBeVisible();
  await expect(page.getByText("以前的文本（第 1 稿）")).toBeVisible();
  await sign(page, "签署", "院长");
  await expect(page.getByText("生效中")).toBeVisible();
  await expect(page.getByText(`（院长）`)).toBeVisible();
  await axe(page);
  await shot(page, "agreements-in-force");
});

test("what was signed on paper years ago is entered, disputed and upheld, and goes on as a renewal", async ({ page }) => {
  const old = `馆院合作备忘录${run}`;
  await signIn(page, MUSEUM.login, PASSWORD);
  await page.goto("/agreements");
  await page.getByRole("button", { name: "补录纸质协议" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("名称", { exact: true }).fill(old);
  await choose(page, drawer.getByLabel("第 2 方"), ACADEMY.name, ACADEMY.name);
  for (const [at, name] of ["李馆长", "赵院长"].entries()) {
    // oxlint-disable-next-line no-await-in-loop
    await drawer.getByLabel("签署人").nth(at).fill(name);
    // oxlint-disable-next-line no-await-in-loop
    await drawer.getByLabel("职务").nth(at).fill("主任");
    // oxlint-disable-next-line no-await-in-loop
    await pick(drawer.getByLabel("签署日期").nth(at), "2020-09-01");
  }
  await pick(drawer.getByLabel("开始日期"), "2020-09-01");
  await pick(drawer.getByLabel("结束日期"), "2023-08-31");
  await drawer.locator('input[type="file"]').first().setInputFiles(pdf("备忘录.pdf"));
  await axe(page);
  await shot(page, "agreements-paper-form");
  await drawer.getByRole("button", { name: /录\s?入/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: old })).toBeVisible();
  await expect(page.getByText("已到期")).toBeVisible();
  await expect(page.getByText(`纸质签署，由${MUSEUM.name}补录。`)).toBeVisible();
  const where = page.url();

  await switchTo(page, ACADEMY.login);
  await page.goto(where);
  await page.getByRole("button", { name: "提出异议" }).click();
  await page.getByRole("dialog").getByLabel("原因").fill("签署人写错了");
  await page.getByRole("dialog").getByRole("button", { name: "提出异议" }).click();
  await expect(page.getByText(`${ACADEMY.name}对补录的协议有异议：签署人写错了`)).toBeVisible();
  await axe(page);
  await shot(page, "agreements-disputed");
  await page.getByRole("button", { name: "撤回异议" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "撤回异议" }).click();
  await expect(page.getByText("已到期")).toBeVisible();
  // Over for years, it is renewed like any other.
  await page.getByRole("button", { name: /^续\s?签$/ }).click();
  await expect(page.getByRole("dialog").getByText("续签协议")).toBeVisible();
  await shot(page, "agreements-expired");
});

test("a project runs with a milestone, and an activity and a resource come of it", async ({ page }) => {
  await signIn(page, MUSEUM.login, PASSWORD);
  await newActivity(page, "科学传播论坛首场");
  await page.goto("/resources");
  await page.getByRole("button", { name: "提供资源" }).click();
  await page.getByRole("dialog").getByLabel("名称", { exact: true }).fill(PROJECTOR);
  await page.getByRole("dialog").getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: PROJECTOR })).toBeVisible();
  await open(page);
  await page.getByRole("button", { name: "新建项目" }).click();
  await page.getByRole("dialog").getByLabel("项目名称").fill("科学传播论坛");
  await page.getByRole("dialog").getByLabel("目标").fill("每年一届");
  await page.getByRole("dialog").getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "科学传播论坛" })).toBeVisible();
  await page.getByRole("button", { name: "加里程碑" }).click();
  await page.getByRole("dialog").getByLabel("要达到什么").fill("确定主题和嘉宾");
  await page.getByRole("dialog").getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByText("确定主题和嘉宾")).toBeVisible();
  await page.getByRole("button", { name: /^开\s?始$/ }).click();
  await expect(page.getByText("进行中")).toBeVisible();

  // It is not completed before its milestone is reached.
  await page.getByRole("button", { name: /^完\s?成$/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: /完\s?成/ }).click();
  await expect(page.getByRole("dialog").getByText("还有没达成的里程碑")).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: /取\s?消/ }).click();
  await page.getByRole("button", { name: "登记达成：确定主题和嘉宾" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "登记达成" }).click();
  await expect(page.locator(".ant-tag").filter({ hasText: "达成" })).toBeVisible();

  for (const [button, field, title] of [
    ["登记活动", "活动", "科学传播论坛首场"],
    ["登记资源", "资源", PROJECTOR],
  ] as const) {
    await page.getByRole("button", { name: button, exact: true }).click();
    await choose(page, page.getByRole("dialog").getByLabel(field), title);
    await page.getByRole("dialog").getByRole("button", { name: /保\s?存/ }).click();
    await expect(page.getByRole("link", { name: title })).toBeVisible();
  }
  await axe(page);
  await shot(page, "agreements-project");
});

test("the agreement is ended early with a booking open, and nothing is left in silence", async ({ page }) => {
  await signIn(page, ACADEMY.login, PASSWORD);
  await page.goto(`/resources?q=${encodeURIComponent(PROJECTOR)}`);
  await page.getByRole("link", { name: PROJECTOR }).click();
  await page.getByRole("button", { name: /^预\s?约$/ }).click();
  await pick(page.getByRole("dialog").getByLabel("开始日期"), day(5));
  await pick(page.getByRole("dialog").getByLabel("归还日期"), day(6));
  await page.getByRole("button", { name: "提交预约" }).click();
  await expect(page.getByText("预约已提交")).toBeVisible();

  await switchTo(page, MUSEUM.login);
  await open(page);
  await page.getByRole("button", { name: "提前终止" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("list", { name: "资源预约" })).toContainText(PROJECTOR);
  await expect(dialog.getByRole("list", { name: "项目", exact: true })).toContainText("科学传播论坛");
  await dialog.getByLabel("终止原因").fill("场馆改造两年");
  await dialog.getByRole("button", { name: "提前终止" }).click();
  await expect(dialog.getByText("必填").first()).toBeVisible();
  await dialog.getByRole("radiogroup", { name: "资源预约怎么办" }).getByText("取消").click();
  await dialog.getByRole("radiogroup", { name: "项目怎么办" }).getByText("照常进行").click();
  await axe(page);
  await shot(page, "agreements-end");
  await dialog.getByRole("button", { name: "提前终止" }).click();
  await expect(dialog.getByText("终止后各项的处理")).toBeVisible();
  await expect(dialog.getByRole("list", { name: "资源预约" })).toContainText("已取消");
  await expect(dialog.getByRole("list", { name: "项目", exact: true })).toContainText("照常进行");
  await axe(page);
  await dialog.getByRole("button", { name: "知道了" }).click();
  await expect(page.getByText("提前终止：场馆改造两年").first()).toBeVisible();
  await settled(page);
  await shot(page, "agreements-ended");

  await switchTo(page, ACADEMY.login);
  await page.goto("/bookings?tab=asked");
  const row = page.getByRole("row", { name: new RegExp(PROJECTOR) });
  await expect(row).toContainText("已取消");
  await expect(row).toContainText("场馆改造两年");
});

test("another agreement ends on a later day: until then it stands, and both sides read when it is over", async ({ page }) => {
  const title = `研学合作协议${run}`;
  await signIn(page, MUSEUM.login, PASSWORD);
  await page.goto("/agreements");
  await page.getByRole("button", { name: "起草协议" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("名称", { exact: true }).fill(title);
  await choose(page, drawer.getByLabel("第 2 方"), ACADEMY.name, ACADEMY.name);
  await pick(drawer.getByLabel("结束日期"), day(300));
  await drawer.getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  const address = page.url();
  await upload(page, "上传文本", "研学协议.pdf");
  await sign(page, "签署并提交", "馆长");
  await switchTo(page, ACADEMY.login);
  await page.goto(address);
  await sign(page, "签署", "院长");
  await expect(page.getByText("生效中")).toBeVisible();

  await page.getByRole("button", { name: "提前终止" }).click();
  const dialog = page.getByRole("dialog");
  await pick(dialog.getByLabel("从哪天起失效"), day(30));
  await expect(dialog.getByText("在这一天之前协议照常有效。")).toBeVisible();
  await dialog.getByLabel("终止原因").fill("研学线路调整");
  await axe(page);
  await shot(page, "agreements-end-later");
  await dialog.getByRole("button", { name: "提前终止" }).click();
  await expect(dialog).toBeHidden();
  await switchTo(page, MUSEUM.login);
  await page.goto(address);
  await expect(page.getByText("生效中")).toBeVisible();
  await expect(page.getByRole("alert").filter({ hasText: `${ACADEMY.name}已决定从` })).toContainText("研学线路调整");
  await axe(page);
  await shot(page, "agreements-ends-later");
});

test("the three agreements of a museum are there with their projects and their source", async ({ page }) => {
  await signIn(page, "museum", PASSWORD);
  await page.goto("/agreements");
  await expect(page.getByRole("row")).toHaveCount(4);
  await axe(page);
  await shot(page, "agreements-list");
  await page.getByRole("link", { name: "馆院战略合作协议" }).click();
  await expect(page.getByText(/公开信息：某科技馆2020年/)).toBeVisible();
  for (const project of ["科学传播论坛", "与科学家一对一", "实习研究员"])
    await expect(page.getByRole("link", { name: project })).toBeVisible();
});
