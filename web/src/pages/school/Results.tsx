import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { StatusTag } from "@/ui/StatusTag";
import { SchoolSwitch, useSchool } from "./useSchool";

type Row = Schemas["ResultView"];
const LEVELS = ["national", "provincial", "city", "county", "town", "school"];
const STATES = ["submitted", "returned", "verified", "revoked", "withdrawn"] as const;

/** What the pupils of the school achieved in competitions, and where each result stands. */
export function Component() {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const text = useText();
  const school = useSchool();
  const level = (row: Row) => text(`school:level.${row.contest_level}`, {}, row.contest_level);
  const award = (row: Row) => {
    if (row.award) return text(`school:award.${row.award}`, {}, row.award);
    return row.place ? t("results.place", { place: row.place }) : "—";
  };
  const columns: Column<Row>[] = [
    {
      key: "name",
      title: t("column.name"),
      render: (row) => <PersonLink id={row.person_id} name={row.person_name} number={row.person_number} />,
      csv: (row) => row.person_name,
    },
    { key: "number", title: t("column.number"), render: (row) => row.person_number, csv: (row) => row.person_number, hidden: true },
    { key: "competition", title: t("results.competition"), render: (row) => row.competition_name_zh, csv: (row) => row.competition_name_zh },
    { key: "level", title: t("results.level"), render: level, csv: level },
    { key: "award", title: t("results.award"), render: award, csv: award },
    { key: "on", title: t("results.on"), render: (row) => <DateTime value={row.achieved_on} />, csv: (row) => row.achieved_on },
    {
      key: "state",
      title: t("column.status"),
      render: (row) => <StatusTag of="result" state={row.state} />,
      csv: (row) => common(`status.result.${row.state}`),
    },
    { key: "reason", title: t("records.reason"), render: (row) => row.reason || "—", csv: (row) => row.reason },
    { key: "evidence", title: t("results.evidence"), align: "right", render: (row) => row.evidence_count, csv: (row) => String(row.evidence_count) },
    { key: "submitted", title: t("results.submitted"), render: (row) => <DateTime value={row.submitted_at} />, csv: (row) => row.submitted_at, sort: "submitted", hidden: true },
  ];
  return (
    <>
      <PageTitle lead={t("results.lead")} actions={<SchoolSwitch />}>
        {t("results.title")}
      </PageTitle>
      <DataTable
        name="school-results"
        label={t("results.title")}
        columns={columns}
        rowKey={(row) => row.id}
        source={({ sort, ...page }, filters) =>
          getQuery("/api/v1/results", {
            params: {
              query: {
                ...page,
                sort: (sort ?? "-submitted") as "submitted",
                school_id: school.id,
                state: filters.state as Row["state"],
                level: filters.level,
                from: filters.from,
                to: filters.to,
              },
            },
          })
        }
        filters={[
          {
            name: "state",
            label: t("column.status"),
            kind: "select",
            options: STATES.map((value) => ({ value, label: common(`status.result.${value}`) })),
          },
          {
            name: "level",
            label: t("results.level"),
            kind: "select",
            options: LEVELS.map((value) => ({ value, label: text(`school:level.${value}`) })),
          },
          { name: "from", label: common("table.from"), kind: "date" },
          { name: "to", label: common("table.to"), kind: "date" },
        ]}
        empty={<EmptyState title={t("results.empty")} lead={t("results.emptyLead")} />}
      />
    </>
  );
}
