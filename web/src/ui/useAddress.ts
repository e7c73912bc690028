import { useCallback } from "react";
import { useSearchParams } from "react-router";

/**
 * Values kept in the address, so that a link shows the same page: `const [filters, setFilters] = useAddress("grade", "q")`.
 * Setting one to an empty value takes it out; the others in the address stay. `forget` names what a change makes void.
 */
export function useAddress<K extends string>(...names: K[]) {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) || undefined])) as Record<
    K,
    string | undefined
  >;
  const set = useCallback(
    (next: Partial<Record<K, string | undefined>>, forget: readonly string[] = []) =>
      setParams(
        (present) => {
          const changed = new URLSearchParams(present);
          for (const name of forget) changed.delete(name);
          for (const [name, value] of Object.entries(next) as [string, string | undefined][]) {
            if (value) changed.set(name, value);
            else changed.delete(name);
          }
          return changed;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams],
  );
  return [values, set] as const;
}
