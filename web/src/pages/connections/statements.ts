import { api, call } from "@/api/client";

export interface WhichStatements {
  school: string | undefined;
  from: string | undefined;
  to: string | undefined;
}

/** All statements of a period, read page by page; `told` hears how many there are so far. */
export async function readStatements({ school, from, to }: WhichStatements, told: (count: number) => void, signal: AbortSignal) {
  const all: unknown[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { limit: 200, ...(school && { school }), ...(from && { from }), ...(to && { to }), ...(cursor && { cursor }) };
    // Each page says where the next one begins.
    // oxlint-disable-next-line no-await-in-loop
    const page = await call(api.GET("/api/v1/exports/xapi", { params: { query }, signal }));
    all.push(...page.items);
    told(all.length);
    cursor = page.next_cursor;
  } while (cursor);
  return all;
}
