import { Tag } from "antd";
import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useLanguage, useText } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { type Column, DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { WithPolicy } from "@/ui/score/policy";
import { PersonLink } from "@/ui/PersonLink";
import { SaveReport } from "@/pages/reports/Save";
import { useAddress } from "@/ui/useAddress";
import { About, exportLinks, PrintButton, ReportTabs } from "./Frame";
import { reportQuery, useReportFilters } from "./filters";
import { Narrowed, personQuery, usePersonFilters } from "./narrow";

/** A row of the report. */
interface Row {
  person_id: string;
  number: string;
  name: string;
  school_name?: string | null;
  class_name?: string | null;
  grade?: number | null;
  records: number;
  credits: string;
  by_category: Record<string, string>;
  total?: string | null;
  eligible?: boolean | null;
  levels?: Record<string, string | null> | null;
  requirements?: Schemas["PersonRequirement"][] | null;
}

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
  const filters = [
    ...useReportFilters("policy", "period", "from", "to", "term", "school", "class", "grade", "met", "as_of"),
    ...usePersonFilters(),
  ];
  const [address] = useAddress(...filters.map((filter) => filter.name));
  const columns: Column<Row>[] = [
    {
      key: "name",
      title: t("col.person"),
      render: (row) => <PersonLink id={row.person_id} name={row.name} number={row.number} />,
    },
    { key: "school", title: t("col.school"), render: (row) => row.school_name },
    {
      key: "class",
      title: t("col.class"),
      render: (row) => (row.grade === null || row.grade === undefined ? "" : `${text(`common:grade.${row.grade}`)} ${row.class_name ?? ""}`),
    },
    { key: "records", title: t("col.records"), render: (row) => row.records, align: "right" },
    { key: "credits", title: t("col.creditsPeriod"), render: (row) => <Credit value={row.credits} />, align: "right" },
    { key: "total", title: t("col.creditsTotal"), render: (row) => <Credit value={row.total} />, align: "right" },
    {
      key: "categories",
      title: t("col.categories"),
      hidden: true,
      render: (row) =>
        Object.entries(row.by_category)
          .map(([category, credits]) => `${text(`district:category.${category}`, {}, category)} ${credits}`)
          .join(" · "),
    },
    {
      key: "levels",
      title: t("col.levels"),
      hidden: true,
      render: (row) => Object.values(row.levels ?? {}).filter(Boolean).join(" · "),
    },
    {
      key: "requirements",
      title: t("col.requirements"),
      render: (row) => {
        if (row.eligible === false) return <Tag>{t("requirement.notEligible")}</Tag>;
        const short = row.requirements?.filter((one) => !one.met);
        if (!row.requirements || !short || row.requirements.length === 0) return null;
        if (short.length === 0) return <Tag color="success">{t("requirement.met")}</Tag>;
        return (
          <Tag color="warning">
            {t("requirement.short", { amounts: short.map((one) => one.shortfall ?? "?").join(" / ") })}
          </Tag>
        );
      },
    },
  ];
  return (
    <>
      <PageTitle
        lead={t("reports.personsLead")}
        actions={
          <>
            <SaveReport kind="persons" values={address} />
            <PrintButton />
          </>
        }
      >
        {t("reports.persons")}
      </PageTitle>
      <ReportTabs here="persons" />
      <Narrowed />
      <DataTable<Row, (typeof filters)[number]["name"]>
        name="persons"
        label={t("reports.persons")}
        source={(page, { took, earned, enrolled, requirement, sex, attribute, value, ...values }) => {
          const narrowed = personQuery({ took, earned, enrolled, requirement, sex, attribute, value });
          const asked = getQuery("/api/v1/reports/persons", { params: { query: { ...page, ...reportQuery(values), ...narrowed, lang } } });
          // The interface's description has two things called PersonView, and gives the other one here.
          return asked as unknown as { queryKey: typeof asked.queryKey; queryFn: () => Promise<{ items: Row[] }> };
        }}
        columns={columns}
        rowKey={(row) => row.person_id}
        filters={filters}
        exports={(values) => exportLinks("persons", values, lang, t)}
        above={(answer) => <About about={answer as Schemas["About"]} />}
        empty={<EmptyState title={t("reports.noPersons")} lead={t("reports.noPersonsLead")} />}
      />
    </>
  );
}
