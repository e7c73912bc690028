import { axe, expect, settled, shot, signIn, test } from "./fixtures";

const login = process.env.KEPU_SCHOOL_LOGIN ?? "school01";
const password = process.env.KEPU_PASSWORD ?? "guangming-demo";

const sheet = [
  "学校,年级,班级,学号,姓名,出生日期,性别",
  "示范学校第01号,五,1,T0150101,杨测试00001,,",
  "示范学校第01号,五,2,E2E001,新测试甲,2015-13-40,女",
  "示范学校第01号,九十,2,E2E002,新测试乙,2015-03-04,男",
].join("\r\n");

test.describe("school", () => {
  test.describe.configure({ timeout: 120_000 });
  test.beforeEach(async ({ page }) => signIn(page, login, password));

  test("home", async ({ page }) => {
    await page.goto("/school");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("table", { name: "各班情况" })).toBeVisible();
    await axe(page);
    await shot(page, "school-home");
  });

  test("a roster is compared, corrected and discarded", async ({ page }) => {
    await page.goto("/school/imports");
    await axe(page);
    await page.locator('input[type="file"]').setInputFiles({ name: "名册.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) });
    await shot(page, "school-imports");
    await page.getByRole("button", { name: "上传并比较" }).click();
    await expect(page).toHaveURL(/\/school\/imports\/[0-9a-f-]{36}/);
    await expect(page.getByText(/将被视为离校/)).toBeVisible();
    await page.getByText("有误 2", { exact: true }).click();
    await expect(page).toHaveURL(/outcome=refused/);
    await expect(page.getByText("日历上没有这一天")).toBeVisible();
    await axe(page);
    await shot(page, "school-import");
    await page.getByLabel("第 3 行 出生日期").fill("2015-12-04");
    await page.getByRole("button", { name: "改正第 3 行", exact: true }).click();
    await expect(page.getByText("第 3 行已改正：新增")).toBeVisible();
    await expect(page.getByText("有误 1", { exact: true })).toBeVisible();

    // Nearly everybody would leave: that must be meant.
    await page.getByRole("button", { name: "写入名册" }).click();
    const dialog = page.getByRole("dialog", { name: "把这些差异写入名册？" });
    await expect(dialog.getByRole("button", { name: "写入名册" })).toBeDisabled();
    await shot(page, "school-import-commit");
    await dialog.getByRole("button", { name: "取消" }).click();
    await page.getByRole("button", { name: "放弃" }).click();
    await page.getByRole("tooltip").getByRole("button", { name: "放弃" }).click();
    await expect(page.getByText("这次导入已放弃，名册没有改动。")).toBeVisible();
    await settled(page);
  });

  test("lists of the school", async ({ page }) => {
    for (const [path, title] of [
      ["confirm", "校内活动待确认"],
      ["records?state=rejected", "参与记录"],
      ["results", "竞赛成绩"],
      ["classes", "班级"],
      ["persons?status=active", "人员"],
    ] as const) {
      await page.goto(`/school/${path}`);
      await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
      await axe(page);
      await shot(page, `school-${path.split("?")[0]}`);
    }
  });

  test("the year's end is previewed", async ({ page }) => {
    await page.goto("/school/promotion");
    await page.getByRole("button", { name: "预览" }).click();
    await expect(page.getByRole("table", { name: "年终升级" })).toBeVisible();
    await axe(page);
    await shot(page, "school-promotion");
    await page.getByRole("button", { name: "执行升级" }).click();
    await expect(page.getByRole("dialog", { name: "现在执行年终升级？" })).toBeVisible();
    await page.getByRole("button", { name: "取消" }).click();
  });

  test("accounts are made with slips, and disabled", async ({ page }) => {
    const login = `e2e.${Date.now().toString(36)}`;
    await page.goto("/school/accounts");
    await axe(page);
    await page.getByRole("button", { name: "新建账号" }).click();
    await page.getByRole("textbox", { name: "姓名", exact: true }).fill("测试教师");
    await page.getByRole("textbox", { name: "账号", exact: true }).fill("teacher01");
    await page.getByRole("button", { name: "新建", exact: true }).click();
    await expect(page.getByText("这个账号已被使用，请换一个")).toBeVisible();
    await page.getByRole("textbox", { name: "账号", exact: true }).fill(login);
    await axe(page);
    await page.getByRole("button", { name: "新建", exact: true }).click();
    const slips = page.getByRole("region", { name: "初始密码" });
    await expect(slips.getByText(login)).toBeVisible();
    await axe(page);
    await shot(page, "school-accounts");
    await slips.getByRole("button", { name: "已分发，关闭" }).click();
    await page.getByRole("searchbox", { name: "账号或姓名" }).fill(login);
    await page.keyboard.press("Enter");
    // Others have the same name, and are still in the list until the answer is there.
    const actions = page.getByRole("row", { name: login }).getByRole("button", { name: "测试教师 的操作" });
    await actions.click();
    await page.getByRole("menuitem", { name: "停用" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "确定" }).click();
    await expect(page.getByText("测试教师 的账号已停用")).toBeVisible();
    await actions.click();
    await page.getByRole("menuitem", { name: "权限" }).click();
    await expect(page.getByRole("dialog", { name: "测试教师 的权限" })).toBeVisible();
    await shot(page, "school-grants");
  });

  test("the report of the school", async ({ page }) => {
    await page.goto("/school/report");
    await expect(page).toHaveURL(/school=/);
    await expect(page.getByRole("table", { name: "班级" }).or(page.getByRole("table", { name: /班/ })).first()).toBeVisible();
    await axe(page);
    await shot(page, "school-report");
    await page.goto("/school/report/persons");
    await axe(page);
    await shot(page, "school-report-persons");

    // The ready reports, of the own school alone: from the menu's page, with a file.
    await page.getByRole("link", { name: "成文报表" }).first().click();
    await expect(page.getByRole("heading", { level: 1, name: "学校情况" })).toBeVisible();
    await settled(page);
    await axe(page);
    await shot(page, "school-ready-school");
    const kinds = page.getByRole("navigation", { name: "报表种类" });
    await expect(kinds.getByRole("link")).toHaveCount(9);
    for (const [name, picture] of [
      ["班级情况", "class"],
      ["达标情况", "requirements"],
      ["未覆盖学生", "not-reached"],
      ["预约未到", "no-shows"],
      ["确认时效", "promptness"],
      ["科普计划与主题", "programmes"],
      ["竞赛成绩", "results"],
      ["均衡情况", "equity"],
    ] as const) {
      await kinds.getByRole("link", { name, exact: true }).click();
      await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
      await settled(page);
      await shot(page, `school-ready-${picture}`);
    }
    const paper = page.waitForEvent("download");
    await page.getByRole("button", { name: "导出" }).click();
    await page.getByRole("menuitem", { name: "PDF" }).click();
    expect((await paper).suggestedFilename()).toMatch(/\.pdf$/);
  });
});
