import { useQuery } from "@tanstack/react-query";
import { api, call, type Schemas } from "@/api/client";
import type { Authority } from "./tree";

interface Page<Row> {
  items: Row[];
  next_cursor?: string | null;
}

/** A page after the other: a tree has no pages. */
async function all<Row>(read: (query: { limit: number; cursor?: string }) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    // Each page begins where the one before ends.
    // oxlint-disable-next-line no-await-in-loop
    const page = await read({ limit: 500, ...(cursor && { cursor }) });
    rows.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

export function useAuthorities() {
  return useQuery({
    queryKey: ["/api/v1/authorities", "all"] as const,
    queryFn: (): Promise<Authority[]> => all((query) => call(api.GET("/api/v1/authorities", { params: { query } }))),
  });
}

/** Officials by what they answer for. */
export function useOfficials() {
  return useQuery({
    queryKey: ["/api/v1/accounts", "officials"] as const,
    queryFn: async () => {
      const of = (role: string) => all((query) => call(api.GET("/api/v1/accounts", { params: { query: { ...query, role } } })));
      const [cities, districts] = await Promise.all([of("city_official"), of("district_official")]);
      const found = new Map<string, Schemas["AccountView"][]>();
      for (const account of new Map([...cities, ...districts].map((one) => [one.id, one])).values())
        for (const grant of account.grants) {
          const answersFor = grant.role === "city_official" ? grant.authority_id : grant.role === "district_official" ? grant.district_id : undefined;
          if (answersFor) found.set(answersFor, [...(found.get(answersFor) ?? []), account]);
        }
      return found;
    },
  });
}
