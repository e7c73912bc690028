import type { Page } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { ago, confirmAll, newSession, option, pick, recordClass, switchTo } from "./office";

// The joint action of a year, set up from nothing by its official, through the pages. Each run makes a programme of its own.
const unique = (name: string) => `${name}${Date.now() % 1_000_000}`;

/** The first day of the month so many months ahead, in the district. */
function month(ahead: number): string {
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
  const [year, now] = today.split("-").map(Number) as [number, number];
  const at = year * 12 + now - 1 + ahead;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}-01`;
}
const inWords = (first: string) => `${Number(first.slice(0, 4))}年${Number(first.slice(5, 7))}月`;

/** The field of the dialog that is open. */
const field = (page: Page, label: string) => page.getByRole("dialog").getByLabel(label, { exact: true });

/** Chooses in a list of the dialog, by its whole words. */
async function chooseIn(page: Page, label: string, words: string) {
  await field(page, label).click();
  await option(page, words, true);
}

const save = (page: Page) => page.getByRole("dialog").getByRole("button", { name: /保\s?存/ }).click();

async function addTheme(page: Page, ahead: number, title: string) {
  await page.getByRole("button", { name: `添加主题：${inWords(month(ahead))}` }).click();
  await page.getByRole("dialog").getByLabel("主题", { exact: true }).fill(title);
  await save(page);
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByText(title, { exact: true })).toBeVisible();
}

async function addMembers(page: Page, role: string, names: string[]) {
  await page.getByRole("button", { name: "添加单位" }).click();
  if (role !== "主办") await chooseIn(page, "角色", role);
  for (const name of names) {
    await page.getByRole("dialog").getByLabel("单位", { exact: true }).fill(name);
    await option(page, name, true);
  }
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").getByRole("button", { name: /添\s?加/ }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
}

interface Organization {
  id: string;
  name_zh: string;
}

test.slow();

test("the joint action is set up, launched at venues, moved, and its progress seen", async ({ page, request }) => {
  const official = await token(request, "joint");
  const of = (kind: string) =>
    ask<{ items: Organization[] }>(request, official, "GET", `/api/v1/organizations?kind=${kind}&everywhere=true&limit=10`);
  const [bases, museums] = [(await of("base")).items, (await of("museum")).items];
  // A small demonstration has two bases, of which the first hosts below; what other stories have added does not matter.
  const own = bases.toSorted((a, b) => Number(b.name_zh.includes("第01号")) - Number(a.name_zh.includes("第01号")));
  const [first, second, third] = [...own.slice(0, 2), ...museums].map(({ name_zh }) => name_zh) as [string, string, string];
  const name = unique("科技馆联合行动");

  await signIn(page, "joint", PASSWORD);
  await page.goto("/programmes");
  await page.getByRole("button", { name: "新建计划" }).click();
  await page.getByRole("dialog").getByLabel("名称", { exact: true }).fill(name);
  await page.getByRole("dialog").getByLabel("编号", { exact: true }).fill(unique("joint"));
  await save(page);
  const card = page.locator(".ant-card", { has: page.getByRole("heading", { level: 2, name }) });
  await expect(card).toBeVisible();
  await axe(page);
  await shot(page, "programmes-list");
  // Its name may be mended; its code stays.
  await card.getByRole("button", { name: `改名：${name}` }).click();
  await page.getByRole("dialog").getByLabel("英文名称").fill("Joint action");
  await save(page);
  await expect(page.getByRole("dialog")).toBeHidden();
  await card.getByRole("button", { name: "新建年度" }).click();
  await page.getByRole("dialog").getByLabel("年度主题").fill("点亮科技之光");
  await pick(field(page, "从"), month(0));
  await pick(field(page, "到"), `${month(5).slice(0, 8)}28`);
  await save(page);
  await expect(page).toHaveURL(/\/editions\/[0-9a-f-]+$/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(name);

  // A draft of the wrong year gets the right one, and what was one too many goes.
  const year = Number(month(0).slice(0, 4));
  for (const right of [year + 1, year]) {
    // oxlint-disable-next-line no-await-in-loop
    await page.getByRole("button", { name: /^修\s?改$/ }).first().click();
    // oxlint-disable-next-line no-await-in-loop
    await field(page, "年度").fill(String(right));
    // oxlint-disable-next-line no-await-in-loop
    await save(page);
    // oxlint-disable-next-line no-await-in-loop
    await expect(page.getByRole("heading", { level: 1 })).toContainText(`${name} ${right}`);
  }
  await addTheme(page, 4, "多余的主题");
  await page.getByRole("button", { name: "删除：多余的主题" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /删\s?除/ }).click();
  await expect(page.getByText("多余的主题", { exact: true })).toBeHidden();

  await addTheme(page, 1, "筑梦航天");
  await addTheme(page, 2, "美丽中国");
  await page.getByRole("button", { name: "添加板块" }).click();
  await chooseIn(page, "类型", "专题交流");
  await page.getByRole("dialog").getByLabel("名称", { exact: true }).fill("展品研发交流");
  await save(page);
  await expect(page.getByText("展品研发交流")).toBeVisible();
  await addMembers(page, "主办", [first, second]);
  await addMembers(page, "支持", [third]);
  await axe(page);
  await shot(page, "programmes-draft");
  await page.getByRole("button", { name: /发\s?布/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: /发\s?布/ }).click();
  await expect(page.getByText("已发布", { exact: true }).first()).toBeVisible();

  // A venue that may not host is refused, and the others go on.
  await page.getByRole("button", { name: "发起活动：筑梦航天" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("活动名称").fill("和宇航员一起造火箭");
  await drawer.getByLabel("最低年级").click();
  await option(page, "三年级", true);
  await drawer.getByRole("button", { name: "添加场次" }).click();
  await drawer.getByLabel("开始时间").fill(`${month(1).slice(0, 8)}15 10:00`);
  await drawer.getByLabel("开始时间").press("Enter");
  await drawer.getByLabel("地点").fill("一楼展厅");
  await drawer.getByRole("checkbox", { name: third }).check();
  await axe(page);
  await shot(page, "programmes-launch");
  await drawer.getByRole("button", { name: /^发\s?起$/ }).click();
  await expect(drawer.getByText("新发起 2 个，已有 0 个，未能发起 1 个。")).toBeVisible();
  await expect(drawer.getByText("不是本年度的主办或承办单位。")).toBeVisible();
  await axe(page);
  await shot(page, "programmes-launched");
  await drawer.getByRole("button", { name: /关\s?闭/ }).last().click();

  // A strand is of no month: it is launched by itself, and one venue has days of its own.
  await page.getByRole("button", { name: "发起活动：展品研发交流" }).click();
  const beside = page.getByRole("dialog");
  await beside.getByRole("button", { name: "为一个场馆单独安排场次" }).click();
  await beside.getByLabel("哪个场馆").click();
  await option(page, second, true);
  await beside.getByLabel("开始时间").fill(`${month(2).slice(0, 8)}10 14:00`);
  await beside.getByLabel("开始时间").press("Enter");
  await axe(page);
  await shot(page, "programmes-launch-strand");
  await beside.getByRole("button", { name: /^发\s?起$/ }).click();
  await expect(beside.getByText("新发起 2 个，已有 0 个，未能发起 0 个。")).toBeVisible();
  await expect(beside.getByRole("listitem").filter({ hasText: second })).toContainText("1 场");
  await beside.getByRole("button", { name: /关\s?闭/ }).last().click();

  // A theme goes to another month while sessions are ahead: one month is taken, so the two trade; the other is free.
  await page.getByRole("button", { name: "改到别的月份：筑梦航天" }).click();
  await chooseIn(page, "改到", inWords(month(2)));
  await expect(page.getByText("这个月已有主题“美丽中国”，两个主题将互换月份。")).toBeVisible();
  await expect(page.getByText(`“美丽中国”将改到${inWords(month(1))}。`)).toBeVisible();
  await axe(page);
  await shot(page, "programmes-swap");
  await page.getByRole("button", { name: "互换月份" }).click();
  await expect(page.getByText("“筑梦航天”和“美丽中国”已互换月份，有 2 个场次留在原来的日期。")).toBeVisible();
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.getByRole("button", { name: "改到别的月份：筑梦航天" }).click();
  await chooseIn(page, "改到", inWords(month(3)));
  await expect(page.getByText("2 个即将举行的场次不在新月份内。")).toBeVisible();
  await axe(page);
  await shot(page, "programmes-move");
  await page.getByRole("button", { name: "移动主题" }).click();
  await expect(page.getByText(`主题已改到${inWords(month(3))}，有 2 个场次留在原来的日期。`)).toBeVisible();
  await expect(page.locator("li", { has: page.getByText("筑梦航天", { exact: true }) }).first()).toContainText(inWords(month(3)));

  // People take part, and the progress shows it.
  const edition = page.url();
  await switchTo(page, "baseadmin01");
  // Over by now, at any hour.
  const session = await newSession(page, "和宇航员一起造火箭", ...ago(4));
  await switchTo(page, "teacher01");
  await recordClass(page, session, "五年级1班");
  await switchTo(page, "baseadmin01");
  const came = await confirmAll(page, session);
  expect(came).toBeGreaterThan(0);
  await switchTo(page, "joint");
  await page.goto(edition);
  const progress = page.locator(".ant-card", { has: page.getByRole("heading", { level: 2, name: "进展" }) });
  await expect(progress.locator("dl > div", { hasText: "已举办场次" })).toContainText("1");
  await expect(progress.locator("dl > div", { hasText: "人次" })).toContainText(String(came));
  await expect(page.getByRole("heading", { level: 2, name: "各主题已举办场次" })).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "programmes-edition");

  // Anybody finds it, reads it, and subscribes.
  await page.goto("/register");
  await page.getByRole("main").getByRole("link", { name: "科普计划" }).click();
  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
  await axe(page);
  await shot(page, "programmes-public-list");
  const listed = page.locator(".ant-card", { has: page.getByRole("heading", { level: 2, name }) });
  await listed.getByRole("link", { name: /点亮科技之光/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
  await expect(page.getByRole("link", { name: second })).toBeVisible();
  await axe(page);
  await shot(page, "programmes-public");
  const feed = await request.get((await page.getByRole("link", { name: "本年度全部主题和场次" }).getAttribute("href")) ?? "");
  expect(await feed.text()).toContain("SUMMARY:和宇航员一起造火箭");
  const years = await request.get((await page.getByRole("link", { name: "本计划历年的主题和场次" }).getAttribute("href")) ?? "");
  expect(await years.text()).toContain("SUMMARY:和宇航员一起造火箭");
});

test("a venue sees what was launched, and a family subscribes to its own calendar", async ({ page }) => {
  await signIn(page, "baseadmin01", PASSWORD);
  await page.goto("/base/activities");
  await page.getByRole("link", { name: "美丽中国主题日" }).first().click();
  // The activity says of which theme it is, and the venue reads what came of the whole and of itself.
  await expect(page.getByText("美丽中国", { exact: true })).toBeVisible();
  await shot(page, "programmes-activity");
  await page.getByRole("link", { name: /^现代科技馆体系联合行动/ }).click();
  await expect(page.getByRole("heading", { level: 2, name: "进展" })).toBeVisible();
  await expect(page.getByRole("table", { name: "按场馆" }).locator("tbody tr.ant-table-row")).toHaveCount(1);
  await axe(page);
  await switchTo(page, "guardian01");
  await page.goto("/subscriptions");
  await page.getByRole("button", { name: "生成地址" }).click();
  await expect(page.getByText("地址只显示这一次，请马上复制。")).toBeVisible();
  await axe(page);
  await shot(page, "programmes-subscriptions");
  await page.getByRole("button", { name: /^作废/ }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: /作\s?废/ }).click();
  await expect(page.getByText("已作废")).toBeVisible();
});
