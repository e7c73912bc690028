import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { Answer } from "@/api/query";
import { instantToWall } from "@/ui/time";
import type { Shown } from "./Sessions";

export type ListedSession = Answer<"/api/v1/sessions">["items"][number];

/** The host's sessions of these days, however many pages that is. */
export function sessionsIn(from: string, to: string, { host, kind, status, q }: Pick<Shown, "host" | "kind" | "status" | "q">) {
  const query = {
    from,
    to,
    host_id: host,
    counts: true,
    ...(kind && { kind }),
    ...(status && { status: status as ListedSession["status"] }),
    ...(q && { q }),
  };
  return queryOptions({
    queryKey: ["/api/v1/sessions", { all: query }] as const,
    queryFn: async ({ signal }): Promise<ListedSession[]> => {
      const all: ListedSession[] = [];
      let cursor: string | undefined;
      do {
        // Each page begins where the one before ends.
        // oxlint-disable-next-line no-await-in-loop
        const page = await call(
          api.GET("/api/v1/sessions", { params: { query: { ...query, limit: 500, ...(cursor && { cursor }) } }, signal }),
        );
        all.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return all;
    },
  });
}

/** Sessions by the day on which they begin, in the district. */
export function byDay(sessions: readonly ListedSession[]): Map<string, ListedSession[]> {
  const days = new Map<string, ListedSession[]>();
  for (const session of sessions) {
    const day = instantToWall(session.starts_at).slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), session]);
  }
  return days;
}

/** How many come or came, and how many wait for a word. */
export function headsOf({ counts }: Pick<ListedSession, "counts">): { coming: number; waiting: number } | undefined {
  if (!counts) return undefined;
  return {
    coming: counts.registered + counts.attended + counts.recorded + counts.confirmed,
    waiting: counts.attended + counts.recorded,
  };
}
