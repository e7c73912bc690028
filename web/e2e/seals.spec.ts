import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { PASSWORD } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

// Against the demonstration district: its ledger is sealed soon after the start.
test.slow();

async function saved(page: Page, press: () => Promise<void>) {
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

test("a student downloads the proof of the credits", async ({ page }) => {
  await signIn(page, "student01", PASSWORD);
  await page.goto("/student/credits?view=ledger");
  await settled(page);
  await axe(page);
  await shot(page, "seals-credits");
  const file = await saved(page, () => page.getByRole("button", { name: "下载证明" }).click());
  expect(file.name).toBe("credit-proofs.zip");
  const one = await saved(page, () =>
    page
      .getByRole("button", { name: /^下载 .*学分）的证明$/ })
      .first()
      .click(),
  );
  expect(one.name).toMatch(/^\d{4}-\d{2}-\d{2}_no\d+_[+-][\d.]+_[0-9a-f-]{36}\.tlog-proof$/);
  expect(one.text).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra \S+\nindex \d+\n/);
  expect(one.text).toMatch(/\n\u2014 kepu\/\S+ \S+\n$/);
});

test("a school downloads a checkpoint and sees the key", async ({ page }) => {
  await signIn(page, "school01", PASSWORD);
  await page.goto("/school/checkpoints");
  await settled(page);
  const key = page.getByText(/^kepu\/\S+\+[0-9a-f]{8}\+\S+$/);
  await expect(key).toBeVisible();
  await axe(page);
  await shot(page, "seals-checkpoints");
  const file = await saved(page, () => page.getByRole("button", { name: /下载第 \d+ 条时的检查点/ }).first().click());
  expect(file.name).toMatch(/^checkpoint-\d+\.txt$/);
  const [origin, size, root, blank, signature] = file.text.split("\n");
  expect([origin, blank]).toEqual([(await key.innerText()).split("+")[0], ""]);
  expect(file.name).toContain(size ?? "no size");
  expect(root).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(signature?.startsWith(`\u2014 ${origin} `)).toBe(true);
});
