import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { getQuery } from "@/api/query";
import { PageSkeleton } from "../PageSkeleton";
import { useAddress } from "../useAddress";

// Of use in few districts, so no part of the first load.
const PolicySelect = lazy(() => import("./PolicySelect"));

/** The policies by which the district scores, or scored at the end of a day. */
function useScored(about: { person?: string | undefined; as_of?: string | undefined }) {
  const { person, as_of } = about;
  return useQuery({
    ...getQuery("/api/v1/scored-policies", { params: { query: { ...(person && { person }), ...(as_of && { as_of }) } } }),
    enabled: person !== "",
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  });
}

/**
 * Which policy a page is about: the one in the address, or else the first where several may be meant. Where just one fits
 * the persons, the service takes it, so it is not named. `query` goes into what is asked once `ready`; `choice` is the
 * selector, nothing where there is nothing to choose.
 */
export function usePolicy(about: { person?: string | undefined; as_of?: string | undefined } = {}) {
  const [{ policy: named }, set] = useAddress("policy");
  const scored = useScored(about);
  const choices = scored.data?.choices ?? [];
  const several = choices.length > 1;
  const policy = named ?? (several ? choices[0] : undefined);
  const query: { policy?: string } = policy ? { policy } : {};
  const all = scored.data?.policies ?? [];
  const shown = all.filter((one) => choices.includes(one.policy_id) || one.policy_id === named);
  return {
    policy,
    ready: about.person !== "" && !scored.isPending,
    query,
    /** All policies of the district. */
    all,
    /** The one that is meant; nothing before it is known. */
    meant: all.find((one) => one.policy_id === (policy ?? choices[0])),
    several,
    choice: (several || (named && shown.length > 1)) && policy && (
      <Suspense fallback={null}>
        <PolicySelect policies={shown} value={policy} onChange={(next) => set({ policy: next })} />
      </Suspense>
    ),
  };
}

/** Shows reports once it is sure by which policy they are; where one has to be named, it is, in the address. */
export function WithPolicy({ children }: { children: ReactNode }) {
  const [{ policy: named, as_of }, set] = useAddress("policy", "as_of");
  const { policy, ready } = usePolicy({ as_of });
  const missing = ready && named === undefined && policy !== undefined;
  useEffect(() => {
    if (missing) set({ policy });
  }, [missing, policy, set]);
  return ready && !missing ? children : <PageSkeleton />;
}
