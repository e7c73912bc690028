import { Tag } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useLanguage, useText } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { WithPolicy } from "@/ui/score/policy";
import { PersonLink } from "@/ui/PersonLink";
import { StatusTag } from "@/ui/StatusTag";
import { SaveReport } from "@/pages/reports/Save";
import { useAddress } from "@/ui/useAddress";
import { About, exportLinks, PrintButton, ReportTabs } from "./Frame";
import { reportQuery, useReportBase, useReportFilters } from "./filters";
import { Narrowed, recordFilters, recordQuery } from "./narrow";

type Row = Schemas["RecordsReport"]["items"][number];

export function Component() {
  return (
    <WithPolicy>
      <Report />
    </WithPolicy>
  );
}

function Report() {
  const { t } = useTranslation("district");
  const text = useText();
  const { lang } = useLanguage();
  const { ofBase } = useReportBase();
  // A base sees what happened at its hosts, whichever schools came.
  const elsewhere = ["school", "class", "grade"];
  const filters = [
    ...useReportFilters("policy", "period", "from", "to", "term", "school", "class", "grade", "host", "status", "as_of").filter(
      (filter) => !ofBase || !elsewhere.includes(filter.name),
    ),
    ...recordFilters,
  ];
  const [address] = useAddress(...filters.map((filter) => filter.name));
  const columns: Column<Row>[] = [
    {
      key: "name",
      title: t("col.person"),
      render: (row) => (ofBase ? `${row.name} ${row.number}` : <PersonLink id={row.person_id} name={row.name} number={row.number} />),
    },
    { key: "day", title: t("col.day"), render: (row) => <DateTime value={row.on_day} style="date" /> },
    { key: "title", title: t("col.what"), render: (row) => row.title },
    {
      key: "host",
      title: t("col.host"),
      render: (row) => row.host_id && <Link to={`/organizations/${row.host_id}`}>{row.host_name}</Link>,
    },
    { key: "school", title: t("col.school"), render: (row) => row.school_name },
    {
      key: "class",
      title: t("col.class"),
      hidden: true,
      render: (row) => (row.grade === null || row.grade === undefined ? "" : `${text(`common:grade.${row.grade}`)} ${row.class_name ?? ""}`),
    },
    {
      key: "category",
      title: t("col.category"),
      render: (row) => row.category && text(`district:category.${row.category}`, {}, row.category),
    },
    { key: "minutes", title: t("col.minutes"), render: (row) => row.minutes || "", align: "right", hidden: true },
    { key: "raw", title: t("col.raw"), render: (row) => <Credit value={row.raw} />, align: "right", hidden: true },
    { key: "counted", title: t("col.counted"), render: (row) => <Credit value={row.counted} />, align: "right" },
    {
      key: "status",
      title: t("col.status"),
      render: (row) => (
        <>
          <StatusTag of="line" state={row.status} />
          {row.flagged && <Tag color="warning">{t("col.flagged")}</Tag>}
        </>
      ),
    },
  ];
  return (
    <>
      <PageTitle
        lead={t("reports.recordsLead")}
        actions={
          <>
            <SaveReport kind="records" values={address} />
            <PrintButton />
          </>
        }
      >
        {t("reports.records")}
      </PageTitle>
      <ReportTabs here="records" />
      <Narrowed />
      <DataTable
        name="records"
        label={t("reports.records")}
        source={(page, { category, rule, edition, theme, flagged, ...values }) =>
          getQuery("/api/v1/reports/records", {
            params: { query: { ...page, ...reportQuery(values), ...recordQuery({ category, rule, edition, theme, flagged }), lang } },
          })
        }
        columns={columns}
        rowKey={(row) => row.record_id}
        filters={filters}
        exports={(values) => exportLinks("records", values, lang, t)}
        above={(answer) => <About about={answer as Schemas["About"]} />}
        empty={<EmptyState title={t("reports.noRecords")} lead={t("reports.noRecordsLead")} />}
      />
    </>
  );
}
