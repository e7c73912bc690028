import { queryOptions } from "@tanstack/react-query";
import { api, call, type Schemas } from "@/api/client";
import { useMe } from "@/api/query";
import { useNamed } from "@/i18n/useText";
import type { usePolicy } from "@/ui/score/policy";
import { setStored, useStored } from "@/ui/stored";

export type Person = Schemas["PersonView"];
export type SchoolClass = Schemas["ClassView"];
export type Summary = Schemas["ScoreSummary"];

/** The school for which the account records; the one chosen last where there are several. */
export function useOwnSchool() {
  const me = useMe();
  const named = useNamed();
  const schools = [
    ...new Map(
      me.grants.flatMap((grant) =>
        (grant.role === "teacher" || grant.role === "school_admin") && grant.organization_id
          ? [[grant.organization_id, { id: grant.organization_id, name: named(grant.scope_name_zh, grant.scope_name_en) }]]
          : [],
      ),
    ).values(),
  ];
  const [chosen] = useStored("teacher.school");
  const school = schools.find(({ id }) => id === chosen) ?? schools[0];
  return {
    id: school?.id ?? "",
    name: school?.name ?? "",
    schools,
    choose: (id: string) => setStored("teacher.school", id),
  };
}

async function all<T>(page: (cursor: string | undefined) => Promise<{ items: T[]; next_cursor?: string | null }>) {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    // Each page begins where the one before ends.
    // oxlint-disable-next-line no-await-in-loop
    const got = await page(cursor);
    items.push(...got.items);
    cursor = got.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

/** The classes of a school that have somebody in them today. */
export function classesQuery(school: string) {
  return queryOptions({
    queryKey: ["/api/v1/classes", "of today", school] as const,
    enabled: school !== "",
    staleTime: 10 * 60_000,
    queryFn: async () => {
      const classes = await all((cursor) =>
        call(api.GET("/api/v1/classes", { params: { query: { school, limit: 500, ...(cursor && { cursor }) } } })),
      );
      return classes.filter((one) => one.persons > 0 && one.grade !== null && one.grade !== undefined);
    },
  });
}

/** Everybody of a school, to find numbers and names that were pasted. */
export function rosterQuery(school: string) {
  return queryOptions({
    queryKey: ["/api/v1/persons", "roster", school] as const,
    enabled: school !== "",
    staleTime: 10 * 60_000,
    queryFn: () =>
      all<Person>((cursor) =>
        call(api.GET("/api/v1/persons", { params: { query: { school, limit: 500, ...(cursor && { cursor }) } } })),
      ),
  });
}

/** The pupils of a class today, by number. */
export function membersQuery(id: string) {
  return queryOptions({
    queryKey: ["/api/v1/classes", "persons", id] as const,
    enabled: id !== "",
    staleTime: 5 * 60_000,
    queryFn: () =>
      all<Person>((cursor) =>
        call(
          api.GET("/api/v1/classes/{id}/persons", {
            params: { path: { id }, query: { limit: 500, ...(cursor && { cursor }) } },
          }),
        ),
      ),
  });
}

/** How the pupils of a class stand, by the policy that is meant. */
export function classScoresQuery(id: string, { query, ready }: Pick<ReturnType<typeof usePolicy>, "query" | "ready">) {
  return queryOptions({
    queryKey: ["/api/v1/scores", "class", id, query] as const,
    enabled: id !== "" && ready,
    queryFn: () =>
      all<Summary>((cursor) =>
        call(api.GET("/api/v1/scores", { params: { query: { ...query, class: id, limit: 500, ...(cursor && { cursor }) } } })),
      ),
  });
}

/** The classes that a teacher has marked as the own ones. */
export function useOwnClasses() {
  const { account_id } = useMe();
  const [text, set] = useStored(`teacher.classes.${account_id}`);
  const ids = text === "" ? [] : text.split(",");
  return {
    ids,
    toggle: (id: string) => set((ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]).join(",")),
  };
}
