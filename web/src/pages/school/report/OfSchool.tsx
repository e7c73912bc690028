import { type ReactNode, useEffect } from "react";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useAddress } from "@/ui/useAddress";
import { useOwnSchool } from "@/pages/teacher/school";
import { useSchool } from "../useSchool";

/** Keeps the school in the address, where the reports read it, so that a link shows the same report. */
export function OfSchool({ children }: { children: ReactNode }) {
  const administered = useSchool();
  const taught = useOwnSchool();
  const id = administered.id || taught.id;
  const [{ school }, set] = useAddress("school");
  useEffect(() => {
    if (school !== id) set({ school: id }, ["class", "cursor", "page"]);
  }, [school, id, set]);
  return school === id ? children : <PageSkeleton />;
}
