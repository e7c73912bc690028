import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { useHolder } from "../words";

/** Renewals that wait for an answer of the authority, the oldest first. */
export default function Waiting() {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const holder = useHolder();
  return (
    <DataTable
      name="renewals"
      label={t("renewals.waiting")}
      source={(page) => getQuery("/api/v1/renewals", { params: { query: page } })}
      rowKey={(row) => row.id}
      empty={<EmptyState title={t("renewals.none")} lead={t("renewals.noneLead")} />}
      columns={[
        { key: "holder", title: t("renewals.holder"), fixed: true, render: (row) => <Link to={`/designations/${row.designation_id}`}>{holder(row)}</Link>, csv: (row) => holder(row) },
        { key: "scheme", title: t("scheme.one"), render: (row) => named(row.scheme_name_zh, row.scheme_name_en), csv: (row) => row.scheme_name_zh },
        { key: "number", title: t("held.number"), render: (row) => row.number, csv: (row) => row.number },
        { key: "to", title: t("held.validTo"), render: (row) => row.valid_to && <DateTime value={row.valid_to} style="date" />, csv: (row) => row.valid_to ?? "" },
        { key: "asked", title: t("renewals.askedOn"), render: (row) => <DateTime value={row.asked_on} style="date" />, csv: (row) => row.asked_on },
      ]}
    />
  );
}
