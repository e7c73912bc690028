import type { APIRequestContext } from "@playwright/test";
import { ask, PASSWORD, token } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { option, switchTo } from "./office";

const run = Date.now() % 10_000_000;
/** Not the first one, whose classes other stories take as they come: of this one's, nobody is left in the end. */
const SCHOOL = "示范学校第02号";
const CHILD = { number: `ER${run}`, name: `待删学生${run}` };
const GUARDIAN = `guardian-er${run}`;

interface Import {
  id: string;
  state: string;
  version: number;
}

/** A pupil whom no other story knows, and the guardian's account. */
async function family(request: APIRequestContext) {
  const official = await token(request, "official");
  const sheet = `学校,年级,班级,学号,姓名,出生日期,性别\n${SCHOOL},五,1,${CHILD.number},${CHILD.name},2015-03-04,女`;
  const upload = await request.post("/api/v1/roster/imports", {
    headers: { authorization: `Bearer ${official}` },
    multipart: { file: { name: "名册.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) }, mode: "partial", effective_on: new Date().toISOString().slice(0, 10) },
  });
  expect(upload.ok(), await upload.text()).toBe(true);
  const { id } = (await upload.json()) as Import;
  const read = () => ask<Import>(request, official, "GET", `/api/v1/roster/imports/${id}`);
  await expect.poll(async () => (await read()).state).toBe("staged");
  const { version } = await read();
  await ask(request, official, "POST", `/api/v1/roster/imports/${id}/commit`, {}, { "If-Match": `"${version}"` });
  await expect.poll(async () => (await read()).state).toBe("committed");
  const found = await ask<{ items: { id: string }[] }>(request, official, "GET", `/api/v1/persons?query=${CHILD.number}&limit=1`);
  const person_id = found.items[0]?.id ?? "";
  const account = await ask<{ one_time_password: string }>(request, official, "POST", "/api/v1/accounts", {
    login: GUARDIAN,
    display_name: `家长${run}`,
    grants: [{ role: "guardian", person_id }],
  });
  const first = await request.post("/api/v1/auth/login", { data: { login: GUARDIAN, password: account.one_time_password } });
  const { access_token } = (await first.json()) as { access_token: string };
  const changed = await request.post("/api/v1/auth/password", {
    headers: { authorization: `Bearer ${access_token}` },
    data: { current_password: account.one_time_password, new_password: PASSWORD },
  });
  expect(changed.ok(), await changed.text()).toBe(true);
}

test.slow();

test("a guardian asks that a child be erased, takes it back, asks again; an official agrees and nothing is left", async ({ page, request }) => {
  await family(request);
  await signIn(page, GUARDIAN, PASSWORD);
  await page.getByRole("button", { name: /^我的账号/ }).click();
  await page.getByRole("menuitem", { name: "删除个人信息" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "删除个人信息" })).toBeVisible();
  await expect(page.getByText(CHILD.name).first()).toBeVisible();
  await axe(page);
  await shot(page, "erasure-family");
  const send = async () => {
    await page.getByRole("button", { name: "申请删除" }).click();
    await page.getByRole("tooltip").getByRole("button", { name: "申请删除" }).click();
    await expect(page.getByText("已申请，等待区里审批。")).toBeVisible();
  };
  await page.getByLabel("理由（可不填）").fill("转学离区");
  await send();
  await axe(page);
  await shot(page, "erasure-family-asked");
  await page.getByRole("button", { name: "撤回申请" }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "撤回申请" }).click();
  await expect(page.getByRole("button", { name: "申请删除" })).toBeVisible();
  await send();

  await switchTo(page, "official");
  await page.goto("/erasures");
  await expect(page.getByRole("heading", { level: 1, name: "个人信息删除" })).toBeVisible();
  const row = page.getByRole("link", { name: CHILD.name });
  await expect(row).toBeVisible();
  await axe(page);
  await shot(page, "erasures-list");
  // What comes on paper is written down here, for another official to decide.
  await page.getByRole("button", { name: "登记书面申请" }).click();
  await page.getByRole("dialog").getByLabel("要删除谁的信息").fill(CHILD.number);
  await option(page, CHILD.number);
  await page.getByRole("dialog").getByLabel("谁在何时提出").fill("监护人来函");
  await settled(page);
  await axe(page);
  await shot(page, "erasures-paper");
  await page.getByRole("dialog").getByRole("button", { name: /登\s?记/ }).click();
  await expect(page.getByText("已有一份删除申请在处理中")).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: /取\s?消/ }).click();

  await row.click();
  await expect(page.getByRole("heading", { level: 1, name: CHILD.name })).toBeVisible();
  await expect(page.getByText("现在保存着")).toBeVisible();
  await axe(page);
  await shot(page, "erasure-one");
  await page.getByRole("button", { name: "不批准" }).click();
  await expect(page.getByText("请写明理由")).toBeVisible();
  await page.getByLabel("几天后删除").fill("0");
  await page.getByRole("button", { name: "批准删除" }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "批准删除" }).click();
  await expect(page.getByText("已删除的数量")).toBeVisible({ timeout: 90_000 });
  await expect(page.getByText(CHILD.name)).toHaveCount(0);
  await axe(page);
  await shot(page, "erasure-done");

  const official = await token(request, "official");
  const left = await ask<{ items: unknown[] }>(request, official, "GET", `/api/v1/persons?query=${CHILD.number}&limit=1`);
  expect(left.items).toEqual([]);
  const answer = await request.post("/api/v1/auth/login", { data: { login: GUARDIAN, password: PASSWORD } });
  expect(answer.status(), "the account is gone").toBe(401);
});
