import type { APIRequestContext, Page } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, expect, settled, shot, signIn, test, unfolded } from "./fixtures";

// Against the demonstration district: KEPU_URL alone. Each run brings a museum and an academy of its own.
const run = Date.now() % 10_000_000;
const MUSEUM = { name: `试点科技馆${run}`, login: `museum-${run}`, kind: "museum", code: `M${run}` };
const ACADEMY = { name: `试点研究院${run}`, login: `academy-${run}`, kind: "institute", code: `A${run}` };
const TITLE = `馆院战略合作协议${run}`;

/** The day so many days from today, in the district. */
const day = (ahead: number) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(Date.now() + ahead * 24 * 3600_000));

/** An organization with its administrator, as an official registers them. */
async function register(request: APIRequestContext, of: typeof MUSEUM) {
  const official = await token(request, "official");
  const made = await ask<{ id: string }>(request, official, "POST", "/api/v1/organizations", {
    kind: of.kind,
    code: of.code,
    name_zh: of.name,
  });
  const account = await ask<{ one_time_password: string }>(request, official, "POST", "/api/v1/accounts", {
    login: of.login,
    display_name: `${of.name}负责人`,
    grants: [{ role: "base_admin", organization_id: made.id }],
  });
  const first = await request.post("/api/v1/auth/login", { data: { login: of.login, password: account.one_time_password } });
  const { access_token } = (await first.json()) as { access_token: string };
  const changed = await request.post("/api/v1/auth/password", {
    headers: { authorization: `Bearer ${access_token}` },
    data: { current_password: account.one_time_password, new_password: PASSWORD },
  });
  expect(changed.ok(), await changed.text()).toBe(true);
  return made.id;
}

/** Somebody else at the same browser. */
async function switchTo(page: Page, login: string) {
  await page.context().clearCookies();
  await signIn(page, login, PASSWORD);
}

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

/** Chooses in the list that is open. */
async function choose(page: Page, option: string) {
  await unfolded(page);
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter({ hasText: option }).last().click();
}

async function open(page: Page) {
  await page.goto(`/agreements?q=${run}`);
  await page.getByRole("link", { name: TITLE }).click();
  await expect(page.getByRole("heading", { level: 1, name: TITLE })).toBeVisible();
}

// One story: what one test leaves the next one takes up.
test.describe.configure({ mode: "serial" });
test.slow();

let museum = "";
let academy = "";

test("a museum drafts an agreement, the academy refuses, the text is changed and offered again, and both sign", async ({
  page,
  request,
}) => {
  museum = await register(request, MUSEUM);
  academy = await register(request, ACADEMY);

  await signIn(page, MUSEUM.login, PASSWORD);
  await page.goto("/agreements");
  await expect(page.getByText("还没有协议")).toBeVisible();
  await axe(page);
  await shot(page, "agreements-empty");
  await page.getByRole("button", { name: "起草协议" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("名称", { exact: true }).fill(TITLE);
  await drawer.getByLabel("第 2 方").click();
  await page.keyboard.type(ACADEMY.name);
  await choose(page, ACADEMY.name);
  await drawer.getByLabel("结束日期").fill(day(1000));
  await drawer.getByLabel("结束日期").press("Enter");
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
  await page.getByRole("dialog").getByLabel("结束日期").fill(day(500));
  await page.getByRole("dialog").getByLabel("结束日期").press("Enter");
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

test("a project runs with a milestone, and an activity and a resource come of it", async ({ page, request }) => {
  const as = await token(request, MUSEUM.login);
  await ask(request, as, "POST", "/api/v1/activities", {
    host_id: museum,
    code: "FORUM",
    kind: "lecture",
    title_zh: "科学传播论坛首场",
    minutes: 90,
  });
  await ask(request, as, "POST", "/api/v1/resources", {
    owner_id: museum,
    kind: "equipment",
    title_zh: `球幕放映机${run}`,
    licence: "cc-by-4.0",
    reach: "everywhere",
  });
  await signIn(page, MUSEUM.login, PASSWORD);
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
    ["登记资源", "资源", `球幕放映机${run}`],
  ] as const) {
    await page.getByRole("button", { name: button, exact: true }).click();
    await page.getByRole("dialog").getByLabel(field).click();
    await choose(page, title);
    await page.getByRole("dialog").getByRole("button", { name: /保\s?存/ }).click();
    await expect(page.getByRole("link", { name: title })).toBeVisible();
  }
  await axe(page);
  await shot(page, "agreements-project");
});

test("the agreement is ended early with a booking open, and nothing is left in silence", async ({ page, request }) => {
  const as = await token(request, ACADEMY.login);
  const found = await ask<{ items: { id: string }[] }>(request, as, "GET", `/api/v1/resources?owner_id=${museum}`);
  const booking = await ask<{ id: string }>(request, as, "POST", "/api/v1/bookings", {
    resource_id: found.items[0]?.id,
    organization_id: academy,
    first_day: day(5),
    last_day: day(6),
  });
  await signIn(page, MUSEUM.login, PASSWORD);
  await open(page);
  await page.getByRole("button", { name: "提前终止" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("list", { name: "资源预约" })).toContainText(`球幕放映机${run}`);
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
  await expect(page.getByRole("row", { name: new RegExp(`球幕放映机${run}`) })).toContainText("场馆改造两年");
  const kept = await ask<{ state: string; cancelled_by: string }>(request, as, "GET", `/api/v1/bookings/${booking.id}`);
  expect(kept).toMatchObject({ state: "cancelled", cancelled_by: "owner" });
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
