import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";

export type Exception = Schemas["ExceptionView"];

/** What was found, in a sentence. */
export function useSaid() {
  const { t } = useTranslation("exceptions");
  const named = useNamed();
  return (row: Exception) =>
    t(`said.${row.kind}`, {
      person: row.person_name ?? t("somebody"),
      account: row.account_name ?? t("somebody"),
      host: row.host_name_zh ? named(row.host_name_zh, row.host_name_en ?? "") : t("several"),
      school: row.school_name_zh ? named(row.school_name_zh, row.school_name_en ?? "") : "",
      measure: row.measure,
      records: row.records,
    });
}
