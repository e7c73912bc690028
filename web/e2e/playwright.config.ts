import { defineConfig } from "@playwright/test";

// A worker for each district: none meets what another does.
const districts = (process.env.KEPU_URL ?? "http://127.0.0.1:8080").trim().split(/\s+/);

export default defineConfig({
  testDir: ".",
  outputDir: "../test-results",
  workers: districts.length,
  // Nobody waits so long: it only ends what hangs. What is waited for within a story has times of its own.
  timeout: 900_000,
  expect: { timeout: 40_000 },
  reporter: [["list"], ["./failures.ts"]],
  use: {
    baseURL: districts[Number(process.env.TEST_PARALLEL_INDEX ?? 0)],
    actionTimeout: 40_000,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    // As for people whom what moves disturbs: a story waits for nothing that only moves.
    contextOptions: { reducedMotion: "reduce" },
    viewport: { width: 1440, height: 900 },
    // A trace of every test, kept or not, takes as much of the machine as the test itself.
    trace: process.env.KEPU_TRACE ? "retain-on-failure" : "off",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    },
  },
});
