import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { Answer } from "@/api/query";

export type Guest = Answer<"/api/v1/participations">["items"][number];
export type SessionRow = Answer<"/api/v1/sessions/{id}">;
export type ActivityRow = Answer<"/api/v1/activities/{id}">;

/** States in which the host may still speak. */
export const WAITING = ["recorded", "attended", "registered"];

/** The state as people see it: what is over takes nobody any more, whatever it says. */
export function stateOf(session: { status: string; ends_at: string }, now: number): string {
  return session.status === "open" && Date.parse(session.ends_at) < now ? "closed" : session.status;
}

/** Everybody in a session, however many pages that is. */
export function guestsQuery(session: string) {
  return queryOptions({
    queryKey: ["/api/v1/participations", { allOf: session }] as const,
    queryFn: async ({ signal }): Promise<Guest[]> => {
      const all: Guest[] = [];
      let cursor: string | undefined;
      do {
        // Each page begins where the one before ends.
        // oxlint-disable-next-line no-await-in-loop
        const page = await call(
          api.GET("/api/v1/participations", {
            params: { query: { session, limit: 500, ...(cursor && { cursor }) } },
            signal,
          }),
        );
        all.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return all;
    },
  });
}

const collator = new Intl.Collator("zh-CN", { numeric: true });

/** As they stand in line: by school, class, number. */
export function inLine(guests: readonly Guest[]): Guest[] {
  return guests.toSorted(
    (a, b) =>
      collator.compare(a.school_name_zh ?? "", b.school_name_zh ?? "") ||
      (a.grade ?? 99) - (b.grade ?? 99) ||
      collator.compare(a.class_name ?? "", b.class_name ?? "") ||
      collator.compare(a.number, b.number),
  );
}
