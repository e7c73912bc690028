import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { useLanguage, useText } from "@/i18n/useText";
import { useClassName } from "@/ui/names";
import { formatTime } from "@/ui/time";

export type Scan = Schemas["ScanView"];
export type Decision = "accept" | "refuse";

export const COLOURS: Record<string, string> = {
  accepted: "success",
  duplicate_of: "default",
  needs_review: "warning",
  refused: "error",
};

/** Whether somebody may decide on it (once more): it is in doubt, or was and somebody looked at it. */
export const mayDecide = (scan: Scan) => scan.person_id != null && (scan.verdict === "needs_review" || scan.decision != null);

/** A scan in words. */
export function useScanWords() {
  const { t } = useTranslation("closing");
  const text = useText();
  const { language } = useLanguage();
  const classNameOf = useClassName();
  return {
    name: (scan: Scan) => scan.name ?? t("door.someone"),
    className: (scan: Pick<Scan, "grade" | "class_name">) => (scan.class_name ? classNameOf(scan.grade ?? null, scan.class_name) : ""),
    verdict: (scan: Scan) => text(`closing:scan.verdict.${scan.verdict}`, {}, scan.verdict),
    reason: (reason: string) => text(`closing:reason.${reason}`, {}, reason),
    decided: (scan: Scan) =>
      scan.decision ? text(`closing:scan.decided.${scan.decision}`, { reason: scan.decision_reason ?? "" }) : "",
    how: (scan: Scan) =>
      `${text(`closing:scan.direction.${scan.direction}`, {}, scan.direction)} · ${text(`closing:scan.method.${scan.method}`, {}, scan.method)}`,
    device: (scan: Scan) => scan.device_name ?? t("scan.noDevice"),
    flags: (scan: Scan) => scan.flags.map((flag) => text(`closing:scan.flag.${flag}`, {}, flag)).join(" · "),
    at: (scan: Scan) => formatTime(scan.at, "datetime", language),
  };
}
