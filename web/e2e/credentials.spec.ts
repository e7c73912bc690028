import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { PASSWORD } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

test.slow();

async function saved(page: Page, press: () => Promise<void>) {
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** Drops a file on the public page; answers what the page sent meanwhile. */
async function drop(page: Page, text: string) {
  const sent: string[] = [];
  const watch = (request: { method: () => string; url: () => string; postData: () => string | null }) => {
    sent.push(`${request.method()} ${new URL(request.url()).pathname} ${request.postData() ?? ""}`);
  };
  page.on("request", watch);
  await page.locator('input[type="file"]').setInputFiles({ name: "badge.jwt", mimeType: "application/jwt", buffer: Buffer.from(text) });
  await expect(page.getByText(/^(有效|不予认可)$/).first()).toBeVisible();
  page.off("request", watch);
  return sent;
}

test("a pupil makes a badge, anybody verifies it, and the district takes it back", async ({ page, browser, baseURL }) => {
  await signIn(page, "student01", PASSWORD);
  await page.goto("/student/credentials");
  await expect(page.getByRole("heading", { level: 1, name: "我的证书" })).toBeVisible();
  await page.getByRole("checkbox", { name: "允许查验者核对姓名" }).check();
  await page.getByRole("button", { name: "签发" }).click();
  const told = page.getByText(/^已签发 \S+-[0-9A-Z]{12}$/).last();
  await expect(told).toBeVisible();
  const number = (await told.innerText()).replace("已签发 ", "");
  await axe(page);
  await shot(page, "credentials-mine");
  const badge = await saved(page, () => page.getByRole("button", { name: `下载 ${number}` }).click());
  const jwt = badge.bytes.toString("utf8");
  expect(badge.name).toBe("badge.jwt");
  expect(jwt).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);

  await page.getByRole("radio", { name: /成绩单/ }).check();
  await page.getByRole("button", { name: "签发" }).click();
  const transcript = page.getByText(/^已签发 \S+$/).last();
  await expect(transcript).not.toHaveText(`已签发 ${number}`);
  const paper = (await transcript.innerText()).replace("已签发 ", "");
  const pdf = await saved(page, () => page.getByRole("button", { name: `下载 ${paper}` }).click());
  expect(pdf.bytes.subarray(0, 5).toString()).toBe("%PDF-");

  // Somebody else, who is not signed in and whose computer sends nothing of the file.
  const stranger = await (await browser.newContext({ baseURL })).newPage();
  await stranger.goto("/verify");
  await settled(stranger);
  const sent = await drop(stranger, jwt);
  await expect(stranger.getByText("有效", { exact: true })).toBeVisible();
  await expect(stranger.getByText(number)).toBeVisible();
  await expect(stranger.getByText(/示例学分办法，其中的数值仅作示例/)).toBeVisible();
  expect(sent.filter((request) => !request.startsWith("GET /api/v1/issuers/"))).toEqual([]);
  expect(sent.join("\n")).not.toContain(jwt.split(".")[1]);
  await stranger.getByLabel("持有人姓名").fill("不是这个人");
  await stranger.getByRole("button", { name: "核对姓名" }).click();
  await expect(stranger.getByText("姓名不符")).toBeVisible();
  await axe(stranger);
  await shot(stranger, "credentials-verified");

  // Somebody who wishes for more.
  const [head = "", body = "", signature = ""] = jwt.split(".");
  const richer = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as { credentialSubject: { creditsEarned: number } };
  richer.credentialSubject.creditsEarned = 999;
  await stranger.reload();
  await drop(stranger, [head, Buffer.from(JSON.stringify(richer)).toString("base64url"), signature].join("."));
  await expect(stranger.getByText("不予认可", { exact: true })).toBeVisible();
  await expect(stranger.getByText(/内容与签名不符/)).toBeVisible();
  await shot(stranger, "credentials-tampered");

  // By the number on the paper.
  await stranger.getByLabel("证书编号").fill(paper.toLowerCase());
  await stranger.getByRole("button", { name: "查验", exact: true }).click();
  await expect(stranger.getByText(/成绩单/).first()).toBeVisible();
  await axe(stranger);
  await shot(stranger, "credentials-number");

  const district = await (await browser.newContext({ baseURL })).newPage();
  await signIn(district, "official", PASSWORD);
  await district.goto(`/district/credentials?number=${number}`);
  await settled(district);
  await axe(district);
  await shot(district, "credentials-issued");
  await district.getByRole("button", { name: `撤销 ${number}` }).click();
  await district.getByLabel("原因").fill("成绩有误，请重新签发");
  await district.getByRole("dialog").getByRole("button", { name: /撤\s*销/ }).click();
  await expect(district.getByText(`已撤销 ${number}`)).toBeVisible();

  await stranger.goto("/verify");
  await settled(stranger);
  await drop(stranger, jwt);
  await expect(stranger.getByText("已被签发方撤销。")).toBeVisible();
  await page.reload();
  await expect(page.getByText("撤销原因：成绩有误，请重新签发")).toBeVisible();
});
