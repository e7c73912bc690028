import { PASSWORD } from "./calls";
import { axe, DESKTOP, expect, PHONE, settled, signIn, test } from "./fixtures";

// Every page of every menu in English, whose words are longer than the Chinese ones: on a phone and on a desktop nothing
// sticks out, nothing is without a name, no text is missing.
// In how many parts each menu is gone through: a story has its time, whatever the machine.
const LOGINS = { official: 5, school01: 3, teacher01: 1, baseadmin01: 2, guardian01: 1, student01: 1, joint: 1 };
// A page of several menus is looked at once, as the first of them sees it.
const seen = new Set<string>();

const PARTS = Object.entries(LOGINS).flatMap(([login, parts]) => Array.from({ length: parts }, (_, part) => ({ login, part, parts })));

for (const { login, part, parts } of PARTS)
  test(`the pages of ${login} in English${parts > 1 ? `, part ${part + 1} of ${parts}` : ""}`, async ({ page }) => {
    await page.setViewportSize(DESKTOP);
    await signIn(page, login, PASSWORD);
    await page.evaluate(() => localStorage.setItem("kepu.language", "en"));
    await page.reload();
    await settled(page);
    const menu = page.getByRole("navigation", { name: "Menu" });
    await expect(menu.getByRole("link").nth(2)).toBeVisible();
    const links = await menu.getByRole("link").evaluateAll((all) => all.map((one) => one.getAttribute("href") ?? ""));
    expect(links.length, "a menu").toBeGreaterThan(2);
    for (const link of links.filter((one, at) => at % parts === part && !seen.has(one)))
      // One after the other: they share a browser.
      // oxlint-disable-next-line no-await-in-loop
      await test.step(link, async () => {
        seen.add(link);
        await page.setViewportSize(PHONE);
        await page.goto(link);
        await settled(page);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await axe(page);
        for (const viewport of [PHONE, DESKTOP]) {
          // oxlint-disable-next-line no-await-in-loop
          await page.setViewportSize(viewport);
          // oxlint-disable-next-line no-await-in-loop
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          expect.soft(wide, `${link} sticks out at ${viewport.width} pixels`).toBeLessThanOrEqual(0);
        }
        // A text that is missing shows its key.
        await expect(page.getByText(/^[a-z]+[.:][a-z]+(\.[a-z_]+)+$/i)).toHaveCount(0);
      });
  });
