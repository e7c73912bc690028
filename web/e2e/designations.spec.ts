import type { Page } from "@playwright/test";
import { PASSWORD } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { choose, dialogOf, firstSignIn, option, register, switchTo } from "./office";

// Against the demonstration district: KEPU_URL alone. Each run makes schemes, organizations and accounts of its own.
const PDF = { name: "办园许可证.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF") };
const PNG = { name: "现场.png", mimeType: "image/png", buffer: Buffer.from("89504e470d0a1a0a2e2e2e2e2e2e2e2e", "hex") };
const run = Date.now().toString(36);

/** The applicant begins an application in a round. */
async function begin(page: Page, scheme: string, person?: string) {
  await page.goto("/applications");
  await page.getByRole("button", { name: new RegExp(`申请: ${scheme}`) }).click();
  const dialog = dialogOf(page);
  if (person) {
    await dialog.getByLabel("个人姓名").fill(person);
    await dialog.getByLabel("职务").fill("工程师");
  }
  await dialog.getByRole("button", { name: "开始填写" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "申请表" })).toBeVisible();
}

const attach = (page: Page, field: string, file: typeof PDF) => page.getByRole("group", { name: field }).locator('input[type="file"]').setInputFiles(file);

// Whole jobs, with axe and two pictures on the way.
test.slow();

/** What was approved is published: until it is, whoever goes elsewhere would give it up. */
async function publish(page: Page) {
  const button = page.getByRole("button", { name: "开始公示" });
  await button.click();
  await expect(button).toHaveCount(0);
  await expect(page.getByText("没有等待决定的申请")).toBeVisible();
}

test("three kindergartens apply to be children's science centres, and two are licensed", async ({ page }) => {
  const scheme = `儿童科创中心${run}`;
  const [sun, moon, star] = [`阳光幼儿园${run}`, `月亮幼儿园${run}`, `星星幼儿园${run}`];
  await signIn(page, "official", PASSWORD);

  // The authority makes the scheme.
  await page.goto("/rounds");
  await page.getByRole("button", { name: "新增资质类别" }).click();
  await page.getByLabel("名称", { exact: true }).fill(scheme);
  await page.getByLabel("代号").fill(`centre-${run}`);
  await choose(page, page.getByLabel("可以申请的单位类别"), "幼儿园");
  await page.keyboard.press("Escape");
  const question = async (number: number, text: string, kind: string) => {
    await page.getByRole("button", { name: "添加问题" }).click();
    const group = page.getByRole("group", { name: `第 ${number} 个问题` });
    await group.getByLabel("问题", { exact: true }).fill(text);
    if (kind !== "一行文字") await choose(page, group.getByLabel("回答方式"), kind);
    return group;
  };
  await question(1, "活动计划", "多行文字");
  const area = await question(2, "场地面积", "数字");
  await area.getByLabel("最小").fill("20");
  await area.getByLabel("单位", { exact: true }).fill("平方米");
  const sort = await question(3, "场地类型", "选择");
  await sort.getByLabel("选项 1", { exact: true }).fill("活动室");
  await sort.getByRole("button", { name: "添加选项" }).click();
  await sort.getByLabel("选项 2", { exact: true }).fill("户外园区");
  await question(4, "办园许可证", "文件");
  for (const [number, name, points] of [[1, "场地", "40"], [2, "师资", "60"]] as const) {
    await page.getByRole("button", { name: "添加评分项" }).click();
    const group = page.getByRole("group", { name: `第 ${number} 项评分` });
    await group.getByLabel("评分项", { exact: true }).fill(name);
    await group.getByLabel("满分").fill(points);
    if (number === 1) await group.getByLabel("最低分").fill("20");
  }
  await page.getByLabel("总分最低").fill("60");
  await page.getByLabel("每份申请的评审人数").fill("2");
  await page.getByLabel("每批名额").fill("2");
  await page.getByLabel("公示期").fill("0");
  await axe(page);
  await shot(page, "designations-scheme");
  await page.getByRole("button", { name: "预览申请表" }).click();
  await expect(page.getByRole("dialog").getByText("办园许可证")).toBeVisible();
  await axe(page);
  await shot(page, "designations-preview");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /保\s?存/ }).click();
  await expect(page).toHaveURL(/\/rounds/);

  // It opens a round, and names reviewers.
  await page.getByRole("button", { name: `开放批次: ${scheme}` }).click();
  await dialogOf(page).getByLabel("批次名称").fill("首批");
  await dialogOf(page).getByRole("button", { name: "开放批次" }).click();
  await expect(page).toHaveURL(/\/rounds\/[0-9a-f-]+$/);
  const round = page.url();
  await page.getByRole("tab", { name: "评审人" }).click();
  await expect(page.getByText("每份申请需要 2 人评审")).toBeVisible();
  for (const [login, works] of [["teacher01", "示范学校第01号"], ["teacher02", "示范学校第02号"], ["base01", "示范基地第01号"]] as const) {
    await page.getByLabel("选择评审人").fill(login);
    await option(page, works);
  }
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "保存评审人" }).click();
  await expect(page.getByText("已保存").last()).toBeVisible();
  await axe(page);
  await shot(page, "designations-reviewers");

  // Three kindergartens come into being, and apply.
  const keys: [string, string][] = [];
  for (const [name, login] of [[sun, `sun.${run}`], [moon, `moon.${run}`], [star, `star.${run}`]] as const)
    keys.push([login, await register(page, "幼儿园", name, "学校管理员", login)]);
  const [[sunKey, sunFirst], [moonKey, moonFirst], [starKey, starFirst]] = keys as [[string, string], [string, string], [string, string]];
  const fill = async (plan: string, area: string) => {
    await page.getByLabel("活动计划").fill(plan);
    await page.getByLabel("场地面积").fill(area);
    await page.getByText("活动室", { exact: true }).click();
    await attach(page, "办园许可证", PDF);
    await expect(page.getByRole("button", { name: "办园许可证.pdf", exact: true })).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: "已自动保存" })).toBeVisible();
  };
  await firstSignIn(page, sunKey, sunFirst);
  await page.goto("/applications");
  await expect(page.getByRole("heading", { level: 1, name: "资质申请" })).toBeVisible();
  await axe(page);
  await shot(page, "designations-mine");
  await begin(page, scheme);
  // What is lacking is said beside its field, and what is there saves itself.
  await page.getByRole("button", { name: "提交申请" }).click();
  await expect(page.locator(".ant-form-item-explain-error")).toHaveCount(4);
  await axe(page);
  await shot(page, "designations-lacking");
  await page.getByLabel("场地面积").fill("5");
  await expect(page.locator(".ant-form-item").filter({ hasText: "场地面积" }).getByText("超出允许的范围")).toBeVisible();
  await fill("每周开放三个下午", "160");
  await page.reload();
  await expect(page.getByLabel("活动计划")).toHaveValue("每周开放三个下午");
  await page.getByRole("button", { name: "提交申请" }).click();
  await expect(page.getByText("不用做什么，材料不齐时会退回")).toBeVisible();
  await axe(page);
  await shot(page, "designations-submitted");

  await firstSignIn(page, moonKey, moonFirst);
  await begin(page, scheme);
  await fill("每周开放一个下午", "80");
  await page.getByRole("button", { name: "提交申请" }).click();
  await expect(page.getByText("待查材料")).toBeVisible();

  await firstSignIn(page, starKey, starFirst);
  await begin(page, scheme);
  await fill("计划另附", "30");
  await page.getByRole("button", { name: "提交申请" }).click();
  await expect(page.getByText("待查材料")).toBeVisible();

  // Two are complete; the third is sent back with what is missing, and completed.
  await switchTo(page, "official");
  for (const name of [sun, moon]) {
    await page.goto(round);
    await page.getByRole("link", { name }).click();
    await page.getByRole("button", { name: "材料齐全" }).click();
    await expect(page.getByText("材料齐全，进入评审")).toBeVisible();
  }
  await page.goto(round);
  await page.getByRole("link", { name: star }).click();
  await expect(page.getByRole("heading", { level: 2, name: "检查材料" })).toBeVisible();
  await axe(page);
  await shot(page, "designations-check");
  await page.getByRole("button", { name: "退回补正" }).click();
  await dialogOf(page).getByLabel("缺什么").fill("计划没有附上");
  await dialogOf(page).getByRole("button", { name: "退回补正" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByText("计划没有附上")).toBeVisible();
  await switchTo(page, starKey);
  await page.goto("/applications");
  await page.getByRole("link", { name: scheme }).click();
  await expect(page.getByRole("alert").filter({ hasText: "计划没有附上" })).toBeVisible();
  await page.getByLabel("活动计划").fill("每月开放一次");
  await page.getByRole("button", { name: "重新提交" }).click();
  await expect(page.getByText("待查材料")).toBeVisible();
  await switchTo(page, "official");
  await page.goto(round);
  await axe(page);
  await shot(page, "designations-round");
  await page.getByRole("link", { name: star }).click();
  await page.getByRole("button", { name: "材料齐全" }).click();
  await expect(page.getByText("材料齐全，进入评审")).toBeVisible();

  // Reviewers: one declares a tie, two score with the keyboard alone.
  await switchTo(page, "base01");
  await page.goto("/to-review");
  await page.getByRole("link", { name: moon }).click();
  await page.getByRole("button", { name: "声明利害关系" }).click();
  await dialogOf(page).getByLabel("是什么关系").fill("孩子在这里上学");
  await dialogOf(page).getByRole("button", { name: "声明", exact: true }).click();
  await expect(page.getByText("您与申请单位有利害关系")).toBeVisible();
  await page.goto("/to-review");
  await expect(page.getByRole("listitem").filter({ hasText: moon })).toContainText("有利害关系");
  await axe(page);
  await shot(page, "designations-to-review");
  for (const reviewer of ["teacher01", "teacher02"]) {
    await switchTo(page, reviewer);
    for (const [name, space, staff] of [[sun, "38", "55"], [moon, "30", "45"], [star, "19", "50"]] as const) {
      await page.goto("/to-review");
      await page.getByRole("link", { name }).click();
      const first = page.getByRole("spinbutton", { name: /^场地（满分 40）/ });
      await first.focus();
      if (name === sun && reviewer === "teacher01") {
        await page.keyboard.type("41");
        await expect(page.getByText("应为 0 到 40 的整数")).toBeVisible();
        await axe(page);
        await shot(page, "designations-review");
        await first.fill("");
      }
      await page.keyboard.type(space);
      await page.keyboard.press("Tab");
      await page.keyboard.type("看过现场照片");
      await page.keyboard.press("Tab");
      await page.keyboard.type(staff);
      await page.keyboard.press("Enter");
      await expect(page.getByText("您已评审，决定之前可以修改")).toBeVisible();
    }
  }

  // The round is closed early, ranked, and decided all at once; nobody is passed over in silence.
  await switchTo(page, "official");
  await page.goto(`${round}?tab=ranking`);
  await expect(page.getByText("还接受申请，截止后才能决定")).toBeVisible();
  await page.getByRole("button", { name: "提前截止" }).click();
  await dialogOf(page).getByLabel("理由").fill("申请已满");
  await dialogOf(page).getByRole("button", { name: "提前截止" }).click();
  await expect(page.getByText("还接受申请，截止后才能决定")).toBeHidden();
  const ranked = page.getByRole("list", { name: "排名与决定" }).getByRole("listitem");
  await expect(ranked).toHaveCount(3);
  await expect(ranked.nth(0)).toContainText(sun);
  await expect(ranked.nth(0)).toContainText("平均 93 分（2 人评审）");
  await expect(ranked.nth(1)).toContainText(moon);
  await expect(ranked.nth(2)).toContainText("有单项低于最低分");
  await expect(page.getByText("名额到此为止")).toBeVisible();
  await axe(page);
  await shot(page, "designations-ranking");
  await ranked.nth(0).getByText("暂不决定").click();
  await page.getByRole("button", { name: "决定这 2 份申请" }).click();
  await dialogOf(page).getByRole("button", { name: /确\s?定/ }).click();
  await expect(page.getByText("不能越过排名在前")).toBeVisible();
  await ranked.nth(0).getByText("拟授予", { exact: true }).click();
  await page.getByRole("button", { name: "决定这 3 份申请" }).click();
  await dialogOf(page).getByRole("button", { name: /确\s?定/ }).click();
  await expect(page.getByText("2 份拟授予的申请等待公示")).toBeVisible();
  await publish(page);

  // The award, and the public register with each number.
  await page.getByRole("button", { name: "一并授予 2 份" }).click();
  await dialogOf(page).getByLabel("编号前缀").fill(`KC-${run}-`);
  await dialogOf(page).getByLabel("位数").fill("1");
  await dialogOf(page).getByLabel("授牌仪式", { exact: true }).fill("科普日授牌，区少年宫");
  const numbers = dialogOf(page).getByRole("list", { name: "将要授予的编号" }).getByRole("listitem");
  await expect(numbers).toHaveText([`KC-${run}-1 ${sun}`, `KC-${run}-2 ${moon}`]);
  await axe(page);
  await shot(page, "designations-award");
  await dialogOf(page).getByRole("button", { name: /授\s?予/ }).click();
  await expect(page.getByText("本批次已授予 2 份")).toBeVisible();
  const papers = page.waitForEvent("download");
  await page.getByRole("button", { name: "下载全部证书和牌匾" }).click();
  expect((await papers).suggestedFilename()).toMatch(/\.zip$/);
  await axe(page);
  await shot(page, "designations-awarded");
  for (const [name, number] of [[sun, `KC-${run}-1`], [moon, `KC-${run}-2`]] as const) {
    await page.goto(round);
    await page.getByRole("link", { name }).click();
    await expect(page.getByText(`已授予，编号 ${number}`)).toBeVisible();
  }
  await page.context().clearCookies();
  await page.goto("/register");
  await page.getByLabel("查找", { exact: true }).fill(run);
  await page.keyboard.press("Enter");
  await expect(page.getByText(sun)).toBeVisible();
  await expect(page.getByText(star)).toBeHidden();
  await page.getByRole("link", { name: `KC-${run}-1` }).click();
  await expect(page.getByText("今天有效。")).toBeVisible();
  await axe(page);
  await shot(page, "designations-verify");

  // The third reads why, and what can still be done.
  await switchTo(page, starKey);
  await page.goto("/applications");
  await page.getByRole("link", { name: scheme }).click();
  await expect(page.getByText("有单项低于最低分")).toBeVisible();
  await expect(page.getByRole("button", { name: "提出申诉" })).toBeVisible();
  await axe(page);
  await shot(page, "designations-refused");
});

/** The official makes a scheme with one question and no scores, and opens a round of it. */
async function opened(page: Page, scheme: string, code: string) {
  await page.goto("/schemes/new");
  await page.getByLabel("名称", { exact: true }).fill(scheme);
  await page.getByLabel("代号").fill(code);
  await page.getByRole("button", { name: "添加问题" }).click();
  await page.getByRole("group", { name: "第 1 个问题" }).getByLabel("问题", { exact: true }).fill("工作计划");
  await page.getByRole("button", { name: /保\s?存/ }).click();
  await page.getByRole("button", { name: `开放批次: ${scheme}` }).click();
  await dialogOf(page).getByLabel("批次名称").fill("首批");
  await dialogOf(page).getByRole("button", { name: "开放批次" }).click();
  await expect(page).toHaveURL(/\/rounds\/[0-9a-f-]+$/);
  return page.url();
}

/** Who runs the installation opens an account for somebody else of the same office: who refused does not answer the appeal. */
async function secondOfficial(page: Page) {
  const login = `second.${run}`;
  await switchTo(page, "demo.platform");
  await page.goto("/district/accounts");
  await choose(page, page.getByRole("combobox", { name: "区", exact: true }), "光明区");
  await expect(page.getByText("已切换到光明区")).toBeVisible();
  await page.getByRole("button", { name: "开通账号" }).click();
  const account = dialogOf(page);
  await account.getByLabel("登录名").fill(login);
  await account.getByLabel("姓名或岗位").fill("测试另一位官员");
  await choose(page, account.getByLabel("角色"), "区级管理人员");
  await account.getByRole("button", { name: "开通账号" }).click();
  const once = page.getByRole("dialog").filter({ hasText: "的一次性密码" });
  const password = ((await once.locator("code").textContent()) ?? "").trim();
  await once.getByRole("button", { name: "我已记下" }).click();
  return { login, password };
}

async function closeEarly(page: Page, round: string) {
  await page.goto(`${round}?tab=ranking`);
  await page.getByRole("button", { name: "提前截止" }).click();
  await dialogOf(page).getByLabel("理由").fill("申请已满");
  await dialogOf(page).getByRole("button", { name: "提前截止" }).click();
  await expect(page.getByText("还接受申请，截止后才能决定")).toBeHidden();
}

async function decideAll(page: Page, count: number) {
  await page.getByRole("button", { name: `决定这 ${count} 份申请` }).click();
  await dialogOf(page).getByRole("button", { name: /确\s?定/ }).click();
}

test("an objection takes an award away, and the appeal is heard by others", async ({ page }) => {
  const scheme = `科普示范校${run}`;
  await signIn(page, "official", PASSWORD);
  const round = await opened(page, scheme, `model-${run}`);

  // One school thinks better of it.
  await switchTo(page, "school02");
  await begin(page, scheme);
  await page.getByRole("button", { name: "撤回申请" }).click();
  await dialogOf(page).getByLabel("理由").fill("今年先不申请");
  await dialogOf(page).getByRole("button", { name: "撤回申请" }).click();
  await expect(page.getByText("申请已撤回，批次开放期间可以重新申请。")).toBeVisible();

  await switchTo(page, "school01");
  await begin(page, scheme);
  await page.getByLabel("工作计划").fill("每月一次科普日");
  await page.getByRole("button", { name: "提交申请" }).click();
  await expect(page.getByText("待查材料")).toBeVisible();
  const own = page.url();

  await switchTo(page, "official");
  await page.goto(own);
  await page.getByRole("button", { name: "材料齐全" }).click();
  await expect(page.getByText("材料齐全，进入评审")).toBeVisible();
  await closeEarly(page, round);
  await decideAll(page, 1);
  await publish(page);

  // What is published is read by everybody; who is signed in objects.
  await page.context().clearCookies();
  await page.goto("/published");
  await expect(page.getByRole("heading", { level: 2, name: scheme })).toBeVisible();
  await expect(page.getByText("登录后可以提出异议")).toBeVisible();
  await axe(page);
  await shot(page, "designations-published");
  await switchTo(page, "teacher02");
  await page.goto("/published");
  const award = page.locator(".ant-card").filter({ hasText: scheme });
  await award.getByRole("button", { name: /^提出异议/ }).click();
  await dialogOf(page).getByLabel("异议内容").fill("科普日只办过一次");
  await dialogOf(page).getByRole("button", { name: "提交异议" }).click();
  await expect(page.getByText("异议已提交")).toBeVisible();
  const mine = page.locator(".ant-card").filter({ hasText: "我提出的异议" }).getByRole("listitem").filter({ hasText: "科普日只办过一次" });
  await expect(mine.first()).toContainText("等待答复");

  await switchTo(page, "official");
  await page.goto(own);
  await expect(page.getByText("有 1 条异议等待答复")).toBeVisible();
  await axe(page);
  await shot(page, "designations-objection");
  await page.getByRole("button", { name: "授予资质" }).click();
  await dialogOf(page).getByLabel("证书编号").fill(`X-${run}`);
  await dialogOf(page).getByRole("button", { name: "授予资质" }).click();
  await expect(page.getByText("还有异议没有答复，请先答复。")).toBeVisible();
  await dialogOf(page).getByRole("button", { name: /取\s?消/ }).click();
  await page.getByRole("button", { name: "异议成立", exact: true }).click();
  await dialogOf(page).getByLabel("理由").fill("经查只办过一次");
  await dialogOf(page).getByRole("button", { name: "异议成立" }).click();
  await expect(page.getByText("异议成立，不予授予")).toBeVisible();
  await switchTo(page, "teacher02");
  await page.goto("/published");
  await expect(mine.first()).toContainText("经查只办过一次");
  await axe(page);
  await shot(page, "designations-own-objection");

  // The school reads why, and appeals.
  await switchTo(page, "school01");
  await page.goto(own);
  await expect(page.getByText("经查只办过一次").first()).toBeVisible();
  await page.getByRole("button", { name: "提出申诉" }).click();
  await dialogOf(page).getByLabel("申诉理由").fill("另有九次，记录见附件");
  await dialogOf(page).getByRole("button", { name: "提出申诉" }).click();
  await expect(page.getByText("申诉中")).toBeVisible();
  await axe(page);
  await shot(page, "designations-appealed");

  // Who refused it does not answer; somebody else does, and decides.
  await switchTo(page, "official");
  await page.goto(own);
  await page.getByRole("button", { name: "申诉成立" }).click();
  await dialogOf(page).getByLabel("理由").fill("属实");
  await dialogOf(page).getByRole("button", { name: "申诉成立" }).click();
  await expect(page.getByText("申诉后要由别人办理")).toBeVisible();
  const second = await secondOfficial(page);
  await firstSignIn(page, second.login, second.password);
  await page.goto(own);
  await page.getByRole("button", { name: "申诉成立" }).click();
  await dialogOf(page).getByLabel("理由").fill("九次活动记录属实");
  await dialogOf(page).getByRole("button", { name: "申诉成立" }).click();
  await expect(page.getByText("申诉成立，重新评审")).toBeVisible();
  await page.getByRole("link", { name: "到排名与决定" }).click();
  await expect(page.getByText("申诉后重审")).toBeVisible();
  await decideAll(page, 1);
  await publish(page);
  await switchTo(page, "school01");
  await page.goto(own);
  await expect(page.getByText("公示期满没有异议，就会授予。")).toBeVisible();
});

test("a suspension tells what it affects before it is done, and its lifting gives all back", async ({ page }) => {
  await signIn(page, "official", PASSWORD);
  await page.goto("/district/designations?q=DEMO-01");
  await page.getByRole("link", { name: "DEMO-01-1" }).click();
  await expect(page.getByText("有效", { exact: true })).toBeVisible();
  await axe(page);
  await shot(page, "designations-held");

  // Before it is done: sessions ahead, what waits to be confirmed, credit.
  const from = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(Date.now() - 400 * 24 * 3600_000));
  const told = page.getByRole("region", { name: "会影响什么" });
  const credit = told.getByText(/条记录、\d+ 人的学分变化/);
  const propose = async (step: "暂停" | "恢复") => {
    await page.getByRole("button", { name: step === "暂停" ? /^暂\s?停$/ : /^恢\s?复$/ }).click();
    await expect(told.getByRole("listitem").or(told.getByText("没有受影响")).first()).toBeVisible();
    const day = page.getByLabel(`从哪天起${step}`);
    await day.fill(from);
    await day.press("Enter");
    // Told for that day, not for today's, which was asked first.
    await expect(told.getByText(`从 ${from.split("-").map(Number).join("/")} 起`)).toBeVisible();
    await expect(told).toHaveAttribute("aria-busy", "false");
    await expect(credit).toBeVisible();
    return (await credit.textContent()) ?? "";
  };
  const taken = await propose("暂停");
  await expect(told.getByText(/[1-9]\d* 个将要举行的场次/)).toBeVisible();
  expect(taken).toMatch(/合计 −\d/);
  await axe(page);
  await shot(page, "designations-effect");
  await page.getByLabel("理由").fill("安全整改");
  await dialogOf(page).getByRole("button", { name: /^暂\s?停$/ }).click();
  await expect(page.getByText("安全整改")).toBeVisible();
  await expect(page.getByText("有效", { exact: true })).toBeHidden();

  // Everybody sees it by its number; what it took comes back when it is lifted from the same day on.
  await page.getByRole("link", { name: "DEMO-01-1" }).click();
  await expect(page.getByText("目前暂停，暂停期间的活动可能不计学分。")).toBeVisible();
  await page.goBack();
  const given = await propose("恢复");
  expect(given).toBe(taken.replace("−", "+"));
  await page.getByLabel("理由").fill("整改合格");
  await dialogOf(page).getByRole("button", { name: /^恢\s?复$/ }).click();
  await expect(page.getByText("有效", { exact: true })).toBeVisible();
  expect(await propose("暂停")).toBe(taken);
  await dialogOf(page).getByRole("button", { name: /取\s?消/ }).click();

  // Correcting its last day tells as much: nothing after that day would count.
  await page.getByRole("button", { name: /^更\s?正$/ }).click();
  const last = page.getByLabel("最后一天");
  await last.fill(from);
  await last.press("Enter");
  await expect(credit).toContainText(/合计 −\d/);
  await axe(page);
  await shot(page, "designations-dates");
  await dialogOf(page).getByRole("button", { name: /取\s?消/ }).click();
  await settled(page);
});

test("a title goes to a person of a firm, after somebody went there and looked", async ({ page }) => {
  const scheme = `首席技术官${run}`;
  const firm = `测试科技公司${run}`;
  await signIn(page, "official", PASSWORD);
  await page.goto("/schemes/new");
  await page.getByLabel("名称", { exact: true }).fill(scheme);
  await page.getByLabel("代号").fill(`cto-${run}`);
  await page.getByRole("checkbox", { name: "单位", exact: true }).uncheck();
  await page.getByRole("checkbox", { name: /个人/ }).check();
  await page.getByRole("button", { name: "添加问题" }).click();
  await page.getByRole("group", { name: "第 1 个问题" }).getByLabel("问题", { exact: true }).fill("专业经历");
  await page.getByRole("switch", { name: "决定前实地核查" }).click();
  await page.getByLabel("公示期").fill("0");
  await page.getByRole("button", { name: /保\s?存/ }).click();
  await page.getByRole("button", { name: `开放批次: ${scheme}` }).click();
  await dialogOf(page).getByLabel("批次名称").fill("2026 年度");
  await dialogOf(page).getByRole("button", { name: "开放批次" }).click();
  await expect(page).toHaveURL(/\/rounds\/[0-9a-f-]+$/);
  const round = page.url();
  const password = await register(page, "企业", firm, "场馆管理员", `firm.${run}`);

  await firstSignIn(page, `firm.${run}`, password);
  await begin(page, scheme, "试验员甲");
  await page.getByLabel("专业经历").fill("航天测控十二年");
  await page.getByRole("button", { name: "提交申请" }).click();
  await expect(page.getByText("待查材料")).toBeVisible();
  const own = page.url();

  await switchTo(page, "official");
  await page.goto(own);
  await page.getByRole("button", { name: "材料齐全" }).click();
  await expect(page.getByText("还没有核查")).toBeVisible();
  await closeEarly(page, round);
  await expect(page.getByRole("list", { name: "排名与决定" }).getByText("还没有实地核查")).toBeVisible();
  await page.getByRole("list", { name: "排名与决定" }).getByRole("link", { name: `试验员甲（${firm}）` }).click();
  await page.getByRole("button", { name: "填写核查结果" }).click();
  await dialogOf(page).getByLabel("核查情况").fill("实验室与申请一致");
  await dialogOf(page).getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByText("实验室与申请一致")).toBeVisible();
  await page.getByRole("group", { name: "现场照片" }).locator('input[type="file"]').setInputFiles(PNG);
  await expect(page.getByRole("button", { name: "现场.png" })).toBeVisible();
  await axe(page);
  await shot(page, "designations-spot-check");
  await page.goto(`${round}?tab=ranking`);
  await decideAll(page, 1);
  await publish(page);
  await page.goto(own);
  await page.getByRole("button", { name: "授予资质" }).click();
  await dialogOf(page).getByLabel("证书编号").fill(`CTO-${run}`);
  await dialogOf(page).getByRole("button", { name: "授予资质" }).click();
  await expect(page.getByText(`已授予，编号 CTO-${run}`)).toBeVisible();

  await page.context().clearCookies();
  await page.goto(`/register?q=CTO-${run}`);
  await expect(page.getByText("试验员甲")).toBeVisible();
  await axe(page);
  await shot(page, "designations-register");
});

test("who runs rounds and who applies read them in English, and in the dark", async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem("kepu.language", "en");
    localStorage.setItem("kepu.theme", "dark");
  });
  await signIn(page, "official", PASSWORD);
  await page.goto("/rounds");
  await expect(page.getByRole("heading", { level: 1, name: "Designation rounds" })).toBeVisible();
  await axe(page);
  await shot(page, "designations-rounds-dark-en");
  await page.getByRole("link", { name: "Alliance school" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Alliance school" })).toBeVisible();
  await axe(page);
  await shot(page, "designations-scheme-dark-en");
  await page.goto("/rounds");
  await page.getByRole("link", { name: "Demonstration round" }).click();
  await expect(page.getByRole("tab", { name: "Ranking and decisions" })).toBeVisible();
  await axe(page);
  await switchTo(page, "school01");
  await page.goto("/applications");
  await page.getByRole("link", { name: "Alliance school" }).click();
  await expect(page.getByText("Where it stands")).toBeVisible();
  await axe(page);
  await shot(page, "designations-application-dark-en");
});
