import { useQuery } from "@tanstack/react-query";
import { getQuery } from "@/api/query";
import { useNamed } from "@/i18n/useText";

/** Districts and schemes that the register knows, to choose from. Nobody need be signed in for it. */
export function useKnown() {
  const named = useNamed();
  const { data } = useQuery({ ...getQuery("/api/v1/register", { params: { query: { limit: 500 } } }), staleTime: 10 * 60_000 });
  const districts = new Map<string, string>();
  const schemes = new Map<string, string>();
  for (const entry of data?.items ?? []) {
    districts.set(entry.district_code, named(entry.district_name_zh, entry.district_name_en));
    schemes.set(entry.scheme_code, named(entry.scheme_name_zh, entry.scheme_name_en));
  }
  const options = (known: Map<string, string>) => [...known].map(([value, label]) => ({ value, label }));
  return { districts: options(districts), schemes: options(schemes) };
}
