import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { FullResult, Reporter, TestCase, TestResult } from "@playwright/test/reporter";

/** Writes which tests failed and with what to `KEPU_FAILURES`, for who runs them to say last: often only a log's end is kept. */
export default class Failures implements Reporter {
  private readonly failed = new Map<string, string>();

  onTestEnd(test: TestCase, result: TestResult) {
    if (result.status === test.expectedStatus || result.status === "skipped") return;
    const [error] = result.errors;
    const where = error?.location ? `${error.location.file.split("/").at(-1)}:${error.location.line} ` : "";
    const words = stripVTControlCharacters(error?.message ?? result.status).replace(/\s+/g, " ");
    this.failed.set(test.titlePath().filter(Boolean).join(" › "), `${where}${words.slice(0, 600)}`);
  }

  onEnd({ status }: FullResult) {
    const file = process.env.KEPU_FAILURES;
    if (this.failed.size === 0 || !file) return;
    const lines = [...this.failed].map(([title, words]) => `  ${title}\n    ${words}\n`);
    writeFileSync(file, `${status}: ${this.failed.size} of the tests in the browser\n${lines.join("")}`);
  }
}
