import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useNamed } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { StatusTag } from "@/ui/StatusTag";
import { useClassOptions } from "./Persons";
import { SchoolSwitch, useSchool } from "./useSchool";
import { useClassName } from "./words";

type Row = Schemas["ListedParticipation"];
const STATES = ["registered", "waitlisted", "attended", "recorded", "confirmed", "rejected", "absent", "withdrawn", "voided"] as const;

/** What the pupils of the school took part in, whoever hosted it. */
export function Component() {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const named = useNamed();
  const school = useSchool();
  const className = useClassName();
  const classes = useClassOptions();

  const columns: Column<Row>[] = [
    {
      key: "name",
      title: t("column.name"),
      render: (row) => <PersonLink id={row.person_id} name={row.name} number={row.number} />,
      csv: (row) => row.name,
    },
    { key: "number", title: t("column.number"), render: (row) => row.number, csv: (row) => row.number, hidden: true },
    { key: "class", title: t("column.class"), render: (row) => className(row.grade, row.class_name), csv: (row) => className(row.grade, row.class_name) },
    {
      key: "activity",
      title: t("records.activity"),
      render: (row) => <Link to={`/sessions/${row.session_id}`}>{named(row.activity_title_zh, row.activity_title_en)}</Link>,
      csv: (row) => named(row.activity_title_zh, row.activity_title_en),
    },
    { key: "host", title: t("records.host"), render: (row) => named(row.host_name_zh, row.host_name_en), csv: (row) => named(row.host_name_zh, row.host_name_en) },
    { key: "when", title: t("records.when"), render: (row) => <DateTime value={row.starts_at} style="date" />, csv: (row) => row.starts_at },
    {
      key: "state",
      title: t("column.status"),
      render: (row) => <StatusTag of="participation" state={row.state} />,
      csv: (row) => common(`status.participation.${row.state as (typeof STATES)[number]}`),
    },
    { key: "reason", title: t("records.reason"), render: (row) => row.reason || "—", csv: (row) => row.reason },
    { key: "recorded", title: t("records.recorded"), render: (row) => <DateTime value={row.recorded_at} />, csv: (row) => row.recorded_at, sort: "entered", hidden: true },
  ];
  return (
    <>
      <PageTitle lead={t("records.lead")} actions={<SchoolSwitch />}>
        {t("records.title")}
      </PageTitle>
      <DataTable
        name="records"
        label={t("records.title")}
        columns={columns}
        rowKey={(row) => row.id}
        source={({ sort, ...page }, filters) =>
          getQuery("/api/v1/participations", {
            params: {
              query: {
                ...page,
                sort: (sort ?? "-entered") as "entered",
                school: school.id,
                state: filters.state,
                class: filters.class,
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
            options: STATES.map((value) => ({ value, label: common(`status.participation.${value}`) })),
          },
          { name: "class", label: t("column.class"), kind: "select", width: 160, options: classes },
          { name: "from", label: common("table.from"), kind: "date" },
          { name: "to", label: common("table.to"), kind: "date" },
        ]}
        empty={<EmptyState title={t("records.empty")} lead={t("records.emptyLead")} />}
      />
    </>
  );
}
