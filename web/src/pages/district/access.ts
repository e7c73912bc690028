import { rolesOf, type Role } from "@/app/roles";
import { useMe } from "@/api/query";

/** Who answers for a district, or reads it. */
export const READERS: readonly Role[] = ["district_official", "city_official", "auditor"];
export const ADMINISTRATORS: readonly Role[] = ["district_official", "platform_admin"];
export const OFFICES: readonly Role[] = [...READERS, "platform_admin"];

/** What the account may do here, as far as the pages offer it; the service decides. */
export function useAccess() {
  const roles = rolesOf(useMe());
  const official = roles.includes("district_official");
  const platform = roles.includes("platform_admin");
  return {
    /** Reads persons, results, reports. */
    reads: roles.some((role) => READERS.includes(role)),
    /** Decides on results, soft rules and policies. */
    official,
    /** Keeps organizations, designations, competitions and accounts. */
    manages: official || platform,
    /** Ends that a change of the rules needs a second official. */
    endsSecond: platform,
  };
}
