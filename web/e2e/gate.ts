import type { Page } from "@playwright/test";

/** What the door answers to this: it goes from the screen by itself, soon. */
export async function answered(page: Page, act: () => Promise<void>): Promise<string> {
  const before = await page.evaluate(() => window.kepuDoor?.shown.length ?? 0);
  await act();
  await page.waitForFunction((count) => (window.kepuDoor?.shown.length ?? 0) > count, before);
  return page.evaluate(() => window.kepuDoor?.shown.at(-1)?.reason ?? "");
}

/** As a scanner at the desk does it: keys, then Enter. */
export const scan = (page: Page, pass: string) =>
  answered(page, async () => {
    await page.keyboard.type(pass);
    await page.keyboard.press("Enter");
  });
