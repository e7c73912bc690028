import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";

export const OUTCOMES = ["added", "changed", "unchanged", "refused"] as const;

/** How many rows have which outcome, in one line. */
export function useCounts() {
  const { t } = useTranslation("lists");
  const { t: common } = useTranslation();
  return (counts: Schemas["ListCounts"]) => {
    const said = OUTCOMES.filter((outcome) => (counts[outcome] ?? 0) > 0);
    if (said.length === 0) return t("lists.nothing");
    return said.map((outcome) => `${common(`status.row.${outcome}`)} ${counts[outcome]}`).join(" · ");
  };
}
