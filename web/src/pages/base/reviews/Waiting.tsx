import { useQuery } from "@tanstack/react-query";
import { getQuery } from "@/api/query";

/** How many scans are in doubt. Asked again each minute: devices send at any time. */
export const reviewCountQuery = { ...getQuery("/api/v1/reviews/count"), refetchInterval: 60_000 };

function Count({ of }: { of: number | undefined }) {
  return of ? <span className="kepu-menu-count kepu-numbers">{of > 99 ? "99+" : of}</span> : null;
}

/** In the menu of a host: all that waits. */
export function WaitingHere() {
  return <Count of={useQuery(reviewCountQuery).data?.waiting} />;
}

/** In the menu of the district: what hosts have let lie. */
export function OverdueHere() {
  return <Count of={useQuery(reviewCountQuery).data?.overdue} />;
}
