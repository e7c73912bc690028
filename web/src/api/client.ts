import createClient from "openapi-fetch";
import { kepuFetch } from "./fetch";
import { problemOf } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type { paths } from "./schema";

/** Typed by openapi.json. Wrap calls in [`call`], which answers with the body or throws a `ProblemError`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: kepuFetch });

api.use({
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
    return undefined;
  },
});

interface Answer {
  data?: unknown;
  response: Response;
}

/** The body of a successful answer. Throws `ProblemError`. */
export async function call<R extends Answer>(answer: Promise<R>): Promise<Exclude<R["data"], undefined>> {
  return (await answer).data as Exclude<R["data"], undefined>;
}

/** The body with its ETag, for a change that must name what it has read. */
export async function callWithETag<R extends Answer>(
  answer: Promise<R>,
): Promise<{ data: Exclude<R["data"], undefined>; etag: string | undefined }> {
  const { data, response } = await answer;
  return { data: data as Exclude<R["data"], undefined>, etag: response.headers.get("etag") ?? undefined };
}

/** The header parameter `If-Match` for the version that was read: `params: { path, header: ifMatch(row.version) }`. */
export function ifMatch(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

/**
 * A key for one act of making something, kept while the form is open, so that a second click or a retry does not make
 * it twice: `const key = useIdempotencyKey()` and `header: key.header`; call `key.renew()` after success.
 */
export function newIdempotencyKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  // Pages served without TLS have no randomUUID.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
