import type { components } from "./schema";

export type FieldError = components["schemas"]["FieldError"];
export type Problem = components["schemas"]["Problem"];

/** An answer that is not a success, or no answer at all (`status` 0, code `network`). */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance: string;
  readonly errors: readonly FieldError[];
  /** Seconds to wait, where the service says so. */
  readonly retryAfter: number | undefined;

  constructor(problem: Partial<Problem> & { status: number }, retryAfter?: number) {
    super(problem.detail ?? problem.title ?? `HTTP ${problem.status}`);
    this.status = problem.status;
    this.code = problem.code ?? "unknown";
    this.detail = problem.detail ?? problem.title ?? "";
    this.instance = problem.instance ?? "";
    this.errors = problem.errors ?? [];
    this.retryAfter = retryAfter;
  }
}

export function isProblem(error: unknown, code?: string): error is ProblemError {
  return error instanceof ProblemError && (code === undefined || error.code === code);
}

/** Reads the problem out of an answer, whatever its body is. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const wait = Number(response.headers.get("retry-after"));
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : undefined;
  let body: unknown;
  try {
    body = await response.clone().json();
  } catch {
    body = undefined;
  }
  const known = typeof body === "object" && body !== null ? (body as Partial<Problem>) : {};
  return new ProblemError({ ...known, status: response.status }, retryAfter);
}
