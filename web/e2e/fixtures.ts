import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test as base } from "@playwright/test";

export { expect };

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1440, height: 900 };

/** Fails a test when a page breaks, logs an error, or asks another host for something. */
export const test = base.extend<{ watch: void }>({
  watch: [
    async ({ page, baseURL }, use) => {
      const wrong: string[] = [];
      page.on("pageerror", (error) => wrong.push(`page error: ${error.message}`));
      page.on("console", (message) => {
        // The browser logs each answer of 4xx by itself; those are part of the service's words.
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
          wrong.push(`console: ${message.text()}`);
      });
      page.on("request", (request) => {
        const url = new URL(request.url());
        if (url.protocol.startsWith("http") && url.origin !== new URL(baseURL ?? "").origin)
          wrong.push(`request to another host: ${url.href}`);
      });
      await use();
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

/** Signs in, and waits for the home page. What the page of it does has stories of its own. */
export async function signIn(page: Page, login: string, password: string) {
  const entry = await page.request.post("/api/v1/auth/login", { data: { login, password, cookies: true } });
  expect(entry.ok(), await entry.text()).toBe(true);
  await page.goto("/");
  await page.waitForURL((url) => url.pathname !== "/");
  await settled(page);
}

/** Signs in as people do. */
export async function signInByForm(page: Page, login: string, password: string) {
  await page.goto("/sign-in");
  await page.locator('input[autocomplete="username"]').fill(login);
  await page.locator('input[autocomplete="current-password"]').fill(password);
  await page.locator('button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  await settled(page);
}

/** Until skeletons are gone and the network is still. */
export async function settled(page: Page) {
  await page.waitForLoadState("networkidle");
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
}

/** Until a list has unfolded: before, its options are elsewhere when they are clicked. */
export async function unfolded(page: Page) {
  await expect(page.locator(".ant-slide-up-enter, .ant-slide-up-appear")).toHaveCount(0);
}

/** Until what comes or goes has done so: half-faded text has no contrast to be judged. */
async function still(page: Page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((next) => requestAnimationFrame(next));
    const moving = () =>
      document
        .getAnimations()
        .filter((one) => one.playState === "running" && Number.isFinite(Number(one.effect?.getComputedTiming().endTime)));
    // What begins to move does so a frame or two after its cause.
    for (let round = 0; round < 20; round += 1) {
      await frame();
      await frame();
      const all = moving();
      if (all.length === 0) return;
      await Promise.allSettled(all.map((one) => one.finished));
    }
  });
}

/** WCAG 2.2 AA, as far as a machine can tell. */
export async function axe(page: Page) {
  // A page whose script has not run yet is still, too.
  await expect(page.locator("h1:visible").first()).toBeVisible();
  await settled(page);
  await still(page);
  const { violations } = await new AxeBuilder({ page })
    // No page has frames: what would put theirs together costs a tab of its own each time.
    .setLegacyMode()
    .options({ resultTypes: ["violations"] })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(" ")} (${node.failureSummary})`).join("; ")}`);
  expect(found).toEqual([]);
}

/**
 * At the size of a phone and of a desktop nothing may stick out sideways. With KEPU_PICTURES the page is pictured in both, in
 * e2e/artifacts: for who looks at them, as each costs as much as the rest of its story's step.
 */
export async function shot(page: Page, name: string) {
  const before = page.viewportSize() ?? DESKTOP;
  for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    await page.setViewportSize(viewport);
    await settled(page);
    if (process.env.KEPU_PICTURES)
      await page.screenshot({ path: `${import.meta.dirname}/artifacts/${name}-${size}.png`, fullPage: true, animations: "disabled" });
    // A page takes a moment to become narrow.
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await expect.poll(wide, `${name} sticks out at ${size} size`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize(before);
}
