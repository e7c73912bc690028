import { useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { Schemas } from "@/api/client";

type Item = Schemas["ApplicationItem"];
interface Query {
  round_id?: string;
  organization_id?: string;
  to_review?: boolean;
}

/** All applications of a choice, a page after the other: what is late is sorted here. */
export function useApplications(query: Query, enabled = true) {
  return useQuery({
    queryKey: ["/api/v1/applications", "all", query] as const,
    enabled,
    queryFn: async (): Promise<Item[]> => {
      const all: Item[] = [];
      let cursor: string | undefined;
      do {
        // Each page begins where the one before ends.
        // oxlint-disable-next-line no-await-in-loop
        const page = await call(api.GET("/api/v1/applications", { params: { query: { ...query, limit: 500, ...(cursor && { cursor }) } } }));
        all.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return all;
    },
  });
}
