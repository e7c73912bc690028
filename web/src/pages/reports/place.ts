import { rolesOf } from "@/app/roles";
import { useMe } from "@/api/query";
import { useAccess } from "@/pages/district/access";
import { useReportBase } from "@/pages/district/reports/filters";
import { schoolsOf } from "@/pages/school/useSchool";
import type { Place, Reader } from "./kinds";

/** Where these pages stand, and whether lists of persons and records are open from there. */
export function usePlace(): { place: Place; lists: boolean } {
  const { ofSchool, ofBase } = useReportBase();
  const administers = schoolsOf(useMe()).length > 0;
  if (ofBase) return { place: "base", lists: true };
  return ofSchool ? { place: "school", lists: administers } : { place: "district", lists: true };
}

/** Whose pages a report is opened in. */
export function useReader(): Reader {
  const roles = rolesOf(useMe());
  const { reads } = useAccess();
  if (reads) return "district";
  if (roles.includes("school_admin")) return "school";
  return roles.includes("teacher") ? "teacher" : "base";
}
