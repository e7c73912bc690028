import { kepuFetch } from "@/api/fetch";
import { problemOf } from "@/api/problem";

export const KINDS = ["person", "class", "organization", "activity", "session", "resource"] as const;
export type FoundKind = (typeof KINDS)[number];

export interface Found {
  kind: FoundKind;
  id: string;
  title: string;
  subtitle: string;
  path: string;
}

const PAGES: Record<FoundKind, string> = {
  person: "/persons/",
  class: "/classes/",
  organization: "/organizations/",
  activity: "/activities/",
  session: "/sessions/",
  resource: "/resources/",
};

/** GET /api/v1/search; `null` where the service has none. */
export async function search(q: string, signal: AbortSignal): Promise<Found[] | null> {
  const address = new URL("/api/v1/search", location.origin);
  address.searchParams.set("q", q);
  const response = await kepuFetch(new Request(address, { signal }));
  if (response.status === 404 || response.status === 405) return null;
  if (!response.ok) throw await problemOf(response);
  const body = (await response.json()) as { items?: Partial<Found>[] };
  return (body.items ?? []).flatMap((item) => {
    const kind = KINDS.find((known) => known === item.kind);
    if (!kind || item.id === undefined || item.title === undefined) return [];
    const own = item.path?.startsWith("/") && !item.path.startsWith("/api/") ? item.path : undefined;
    return [{ kind, id: item.id, title: item.title, subtitle: item.subtitle ?? "", path: own ?? PAGES[kind] + item.id }];
  });
}
