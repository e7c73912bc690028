import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import type { APIRequestContext, Page } from "@playwright/test";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

// The main job, against the demonstration district: a teacher records a class, the base confirms 43 and rejects 2,
// the official finds them in the report and takes the report away.
const password = process.env.KEPU_PASSWORD ?? "guangming-demo";
const CLASS = 45;
const REJECTED = 2;

interface Item {
  id: string;
  minutes: number;
  grade?: number;
  name?: string;
  persons?: number;
}

/** The API as an account, for what the job takes as given. */
async function as(request: APIRequestContext, login: string) {
  const answer = await request.post("/api/v1/auth/login", { data: { login, password } });
  const { access_token } = (await answer.json()) as { access_token: string };
  const headers = { Authorization: `Bearer ${access_token}` };
  return {
    get: async <T>(path: string) => (await (await request.get(`/api/v1${path}`, { headers })).json()) as T,
    post: async <T>(path: string, data: object) => (await (await request.post(`/api/v1${path}`, { headers, data })).json()) as T,
  };
}

/** A session of the base that has just been, of two hours. */
async function makeSession(request: APIRequestContext) {
  const base = await as(request, "base01");
  const me = await base.get<{ grants: { organization_id: string }[] }>("/me");
  const host = me.grants[0]?.organization_id ?? "";
  const offers = await base.get<{ items: Item[] }>(`/activities?host_id=${host}&kind=practice`);
  const offer = offers.items.find((one) => one.minutes === 120) ?? offers.items[0];
  const starts_at = new Date(Date.now() - 3 * 3600_000).toISOString();
  const session = await base.post<Item>("/sessions", { activity_id: offer?.id, starts_at, place: "基地" });
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(starts_at));
  return { host, session: session.id, day };
}

/** Rows of the table on the page, by its own words; none when it is empty. */
async function rowsOf(page: Page): Promise<number> {
  await settled(page);
  const said = page.getByText(/本页 \d+ 行/);
  return (await said.count()) === 0 ? 0 : Number(/本页 (\d+) 行/.exec((await said.textContent()) ?? "")?.[1]);
}

/** A file of a workbook. */
function entryOf(zip: Buffer, wanted: RegExp): string {
  const end = zip.lastIndexOf(Buffer.from("PK\u0005\u0006", "latin1"));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [size, nameSize, extra, comment] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    const method = zip.readUInt16LE(at + 10);
    const local = zip.readUInt32LE(at + 42);
    if (wanted.test(zip.toString("utf8", at + 46, at + 46 + nameSize))) {
      const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const bytes = zip.subarray(from, from + size);
      return (method === 8 ? inflateRawSync(bytes) : bytes).toString("utf8");
    }
    at += 46 + nameSize + extra + comment;
  }
  return "";
}

async function exported(page: Page, format: RegExp): Promise<Buffer> {
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "导出" }).click();
  await page.getByRole("menuitem", { name: format }).click();
  return readFileSync(await (await waiting).path());
}

test.describe("the main job", () => {
  test.describe.configure({ timeout: 480_000 });

  test("from a teacher's entry to the official's report", async ({ page, context, request }) => {
    const { host, session, day } = await makeSession(request);
    const teacher = await as(request, "teacher01");
    const classes = await teacher.get<{ items: Item[] }>("/classes?limit=100");
    // Another class each time, so that the caps of a term are not used up at once.
    const full = classes.items.filter((one) => one.persons === CLASS);
    const chosen = full[Number.parseInt(session.slice(-4), 16) % full.length];
    const grade = chosen?.grade === 5 ? "五年级" : "六年级";
    const report = `/district/reports/records?host=${host}&class=${chosen?.id}&from=${day}&to=${day}&size=200`;

    await signIn(page, "official", password);
    await page.goto(report);
    const before = await rowsOf(page);
    await context.clearCookies();

    await test.step("the teacher records a class, and the sign-in ends in the middle", async () => {
      await signIn(page, "teacher01", password);
      await page.goto(`/teacher/record?session=${session}&step=who`);
      await page.getByRole("button", { name: `${grade}${chosen?.name}班` }).click();
      await page.getByRole("button", { name: "下一步：核对" }).click();
      await expect(page.getByRole("button", { name: `提交 ${CLASS} 人` })).toBeVisible();
      await context.clearCookies();
      await page.getByRole("button", { name: `提交 ${CLASS} 人` }).click();
      const again = page.getByRole("dialog", { name: "请重新登录" });
      await again.locator('input[type="password"]').fill(password);
      await again.getByRole("button", { name: "登录", exact: true }).click();
      await expect(page.getByText(`已记录 ${CLASS} 人`)).toBeVisible();
    });

    await test.step("the base confirms 43 and rejects 2", async () => {
      await context.clearCookies();
      await signIn(page, "base01", password);
      await page.goto(`/sessions/${session}`);
      const reject = page.getByRole("button", { name: /^退回/ });
      await expect(reject).toHaveCount(CLASS);
      for (let index = 0; index < REJECTED; index += 1) {
        // One after the other, as a person does.
        // oxlint-disable-next-line no-await-in-loop
        await reject.nth(index).click();
        const dialog = page.getByRole("dialog", { name: /^退回/ });
        // oxlint-disable-next-line no-await-in-loop
        await dialog.getByRole("button", { name: "不在本场名单中" }).click();
        // oxlint-disable-next-line no-await-in-loop
        await dialog.getByRole("button", { name: "退回", exact: true }).click();
        // oxlint-disable-next-line no-await-in-loop
        await expect(dialog).toBeHidden();
      }
      await page.getByRole("button", { name: "核对并提交" }).click();
      const look = page.getByRole("dialog", { name: "提交前核对" });
      await expect(look).toContainText("确认 43 人，缺席 0 人，退回 2 人");
      await look.getByRole("button", { name: "提交", exact: true }).click();
      await expect(page.getByText("已确认 43 人，缺席 0 人，退回 2 人")).toBeVisible();
    });

    await test.step("the official sees them in the report, and the files say the same", async () => {
      await context.clearCookies();
      await signIn(page, "official", password);
      await page.goto(report);
      const now = await rowsOf(page);
      expect(now - before).toBe(CLASS - REJECTED);
      // As many rows as are said, and each of them in the files.
      const names = await page.getByRole("table").locator('tbody a[href^="/persons/"]').allTextContents();
      expect(names).toHaveLength(now);

      const csv = (await exported(page, /^CSV/)).toString("utf8");
      for (const name of names) expect(csv).toContain(name);
      expect(csv.split(/\r?\n/).filter((line) => line.includes("测试"))).toHaveLength(now);

      const workbook = await exported(page, /Excel/);
      const sheets = entryOf(workbook, /^xl\/sharedStrings\.xml$/) + entryOf(workbook, /^xl\/worksheets\/sheet1\.xml$/);
      for (const name of names) expect(sheets).toContain(name);
    });

    await test.step("the same report in English", async () => {
      await page.evaluate(() => localStorage.setItem("kepu.language", "en"));
      await page.reload();
      await settled(page);
      await expect(page.locator("html")).toHaveAttribute("lang", "en");
      await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
      await axe(page);
      await shot(page, "main-job-report-en");
    });
  });

  test("a roster with refused rows is written without them", async ({ page }) => {
    const stamp = Date.now().toString(36).toUpperCase();
    const sheet = [
      "学校,年级,班级,学号,姓名,出生日期,性别",
      `示范学校第01号,五,2,E${stamp}1,测试新生甲,2015-03-04,女`,
      `示范学校第01号,五,2,E${stamp}2,测试新生乙,2015-02-30,男`,
    ].join("\r\n");
    await signIn(page, "school01", password);
    await page.goto("/school/imports");
    await page.locator('input[type="file"]').setInputFiles({ name: "新生.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) });
    await page.getByText("部分人员：只新增和更新，不影响其他人").click();
    await page.getByRole("button", { name: "上传并比较" }).click();
    await expect(page.getByText("1 行有误，不会写入")).toBeVisible();
    await expect(page.getByText("日历上没有这一天")).toBeVisible();
    await page.getByRole("button", { name: "写入名册" }).click();
    const dialog = page.getByRole("dialog", { name: "把这些差异写入名册？" });
    await expect(dialog).toContainText("新增 1 人");
    await dialog.getByRole("button", { name: "写入名册" }).click();
    await expect(page.getByText("名册已更新")).toBeVisible();
    await page.goto(`/school/persons?q=E${stamp}`);
    await expect(page.getByRole("link", { name: "测试新生甲" })).toBeVisible();
    await expect(page.getByText("测试新生乙")).toHaveCount(0);
  });
});
