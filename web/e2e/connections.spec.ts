import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { PASSWORD } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

interface Message {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Something that is told: it fails as long as it is told to, and keeps what it got. */
async function receiver() {
  const got: Message[] = [];
  let status = 500;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      got.push({ headers: request.headers, body });
      response.writeHead(status, { "content-type": "text/plain" }).end(status === 500 ? "not today" : "thanks");
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/kepu`,
    got,
    says: (next: number) => (status = next),
    close: () => server.close(),
  };
}

test.slow();

test("an official connects another system: it is told, checks by the code of the page, and what failed is sent again", async ({ page }) => {
  const other = await receiver();
  const run = Date.now() % 1_000_000;
  await signIn(page, "official", PASSWORD);
  await page.goto("/connections");
  await expect(page.getByRole("heading", { level: 1, name: "系统对接" })).toBeVisible();
  await axe(page);
  await shot(page, "connections-webhooks");

  // An internal address is refused at its field.
  await page.getByRole("button", { name: "添加推送" }).first().click();
  const form = page.getByRole("dialog", { name: "添加推送" });
  await form.getByLabel("用途").fill(`校园卡系统 ${run}`);
  await form.getByLabel("地址").fill("https://10.0.0.8/hook");
  await form.getByRole("button", { name: "添加推送" }).click();
  await expect(form.getByText("指向内网，不能推送到那里")).toBeVisible();
  await settled(page);
  await axe(page);
  await shot(page, "connections-add");
  await form.getByLabel("地址").fill(other.url);
  await form.getByRole("checkbox", { name: "参与已确认" }).check();
  await form.getByRole("button", { name: "添加推送" }).click();

  // The secret is shown once.
  const shown = page.getByRole("dialog", { name: "签名密钥" });
  const secret = await shown.getByLabel("密钥", { exact: true }).inputValue();
  expect(secret).toMatch(/^whsec_/);
  await axe(page);
  await shot(page, "connections-secret");
  await shown.getByRole("button", { name: "已保存好" }).click();
  await expect(shown).toBeHidden();
  expect(await page.content()).not.toContain(secret);

  await page.getByRole("link", { name: `校园卡系统 ${run}` }).click();
  await expect(page.getByRole("heading", { level: 1, name: `校园卡系统 ${run}` })).toBeVisible();
  await expect(page.getByText("还没有要推送的事件")).toBeVisible();
  await page.getByRole("button", { name: "试发一条" }).click();
  await expect(page.getByText("已试发").last()).toBeVisible();

  // It fails and says so; once the other system is well, it is sent at once by hand: the same message.
  await expect(page.getByText("从这时起没有推送成功")).toBeVisible();
  other.says(200);
  await page.getByRole("button", { name: /^重发试发/ }).first().click();
  await expect(page.getByText("已送达").first()).toBeVisible({ timeout: 30_000 });
  expect(new Set(other.got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  await page.getByRole("button", { name: /^查看试发/ }).first().click();
  // The service may have sent it by itself, too, before the click.
  await expect(page.getByText("not today").first()).toBeVisible();
  await expect(page.getByText("thanks").first()).toBeVisible();
  await axe(page);
  await shot(page, "connections-delivery");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await shot(page, "connections-webhook");

  // What was delivered can be sent again too.
  const before = other.got.length;
  await page.getByRole("button", { name: /^重发试发/ }).first().click();
  await expect.poll(() => other.got.length).toBeGreaterThan(before);
  expect(new Set(other.got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);

  await page.getByRole("button", { name: "暂停" }).click();
  await expect(page.getByText("暂停期间发生的事件会等着")).toBeVisible();
  await page.getByRole("button", { name: "恢复" }).click();
  await expect(page.getByText("推送中", { exact: true })).toBeVisible();

  // A new secret: both sign for a day.
  await page.getByRole("button", { name: "更换密钥" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "更换密钥" }).click();
  const second = await page.getByRole("dialog", { name: "签名密钥" }).getByLabel("密钥", { exact: true }).inputValue();
  await page.getByRole("button", { name: "已保存好" }).click();
  await expect(page.getByText("旧密钥在此之前也签名")).toBeVisible();
  const sent = other.got.length;
  await page.getByRole("button", { name: "试发一条" }).click();
  await expect.poll(() => other.got.length).toBe(sent + 1);

  // What the page tells receivers to do takes the message by either secret.
  await page.goto("/connections");
  await page.getByText("接收方怎样做").click();
  const code = await page.locator("pre").first().innerText();
  const check = new Function(
    "createHmac",
    "timingSafeEqual",
    code.replace(/^import .*$/m, "").replace("export function", "return function"),
  )(createHmac, timingSafeEqual) as (secret: string, headers: IncomingHttpHeaders, body: string) => boolean;
  const last = other.got.at(-1);
  expect(last && [check(secret, last.headers, last.body), check(second, last.headers, last.body), check(second, last.headers, `${last.body} `)]).toEqual([true, true, false]);
  await page.getByText("每种事件的内容").click();
  await expect(page.getByText("ledger_entry.booked").first()).toBeVisible();
  await axe(page);
  await shot(page, "connections-how");

  // Deleted.
  await page.getByRole("link", { name: `校园卡系统 ${run}` }).click();
  await page.getByRole("button", { name: /删\s?除/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: /删\s?除/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "系统对接" })).toBeVisible();
  await expect(page.getByRole("link", { name: `校园卡系统 ${run}` })).toHaveCount(0);
  other.close();
});

test("an official takes the roster and the credit along, a school its own, a teacher neither", async ({ page }) => {
  await signIn(page, "official", PASSWORD);
  await page.goto("/connections?tab=exports");
  await axe(page);
  await shot(page, "connections-exports");
  const zip = page.waitForEvent("download");
  await page.getByRole("button", { name: "下载 ZIP" }).click();
  expect((await zip).suggestedFilename()).toBe("oneroster.zip");
  const json = page.waitForEvent("download");
  await page.getByRole("button", { name: "下载 JSON" }).click();
  const statements = JSON.parse(await readFile(await (await json).path(), "utf8")) as { id: string; verb: unknown }[];
  expect(statements.length).toBeGreaterThan(200);
  expect(new Set(statements.map(({ id }) => id)).size).toBe(statements.length);
  await expect(page.getByText(`已下载 ${statements.length} 条`)).toBeVisible();

  await page.context().clearCookies();
  await signIn(page, "school01", PASSWORD);
  await page.goto("/connections");
  await expect(page.getByRole("heading", { name: "学籍名册（OneRoster 1.2）" })).toBeVisible();
  await expect(page.getByRole("tab", { name: "事件推送" })).toHaveCount(0);
  const own = page.waitForEvent("download");
  await page.getByRole("button", { name: "下载 ZIP" }).click();
  expect((await own).suggestedFilename()).toBe("oneroster.zip");

  await page.context().clearCookies();
  await signIn(page, "teacher01", PASSWORD);
  await expect(page.getByRole("link", { name: "系统对接" })).toHaveCount(0);
});
