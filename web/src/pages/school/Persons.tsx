import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { StatusTag } from "@/ui/StatusTag";
import { GRADES } from "./Classes";
import { SchoolSwitch, useSchool } from "./useSchool";
import { useClassName } from "./words";

type Person = Schemas["PersonView"];

/** The classes of the newest school year, for a filter. */
export function useClassOptions() {
  const { id } = useSchool();
  const className = useClassName();
  const { data } = useQuery({
    ...getQuery("/api/v1/classes", { params: { query: { school: id, limit: 500 } } }),
    staleTime: 5 * 60_000,
  });
  const newest = data?.items[0]?.school_year;
  return (data?.items ?? [])
    .filter((one) => one.school_year === newest)
    .map((one) => ({ value: one.id, label: className(one.grade, one.name) }));
}

export function Component() {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const text = useText();
  const school = useSchool();
  const navigate = useNavigate();
  const className = useClassName();
  const classes = useClassOptions();

  const columns: Column<Person>[] = [
    { key: "name", title: t("column.name"), render: (row) => <PersonLink id={row.id} name={row.name} />, csv: (row) => row.name },
    {
      key: "number",
      title: t("column.number"),
      render: (row) => <span className="kepu-numbers">{row.number}</span>,
      csv: (row) => row.number,
    },
    {
      key: "class",
      title: t("column.class"),
      render: (row) =>
        row.class_id ? <Link to={`/classes/${row.class_id}`}>{className(row.grade, row.class_name)}</Link> : t("persons.noClass"),
      csv: (row) => className(row.grade, row.class_name),
    },
    {
      key: "kind",
      title: t("column.kind"),
      render: (row) => text(`school:kind.${row.kind}`, {}, row.kind),
      csv: (row) => text(`school:kind.${row.kind}`, {}, row.kind),
    },
    {
      key: "status",
      title: t("column.status"),
      render: (row) => <StatusTag of="person" state={row.status} />,
      csv: (row) => text(`common:status.person.${row.status}`, {}, row.status),
    },
  ];

  return (
    <>
      <PageTitle lead={t("persons.lead")} actions={<SchoolSwitch />}>
        {t("persons.title")}
      </PageTitle>
      <DataTable
        name="persons"
        label={t("persons.title")}
        columns={columns}
        rowKey={(row) => row.id}
        source={(page, filters) =>
          getQuery("/api/v1/persons", {
            params: {
              query: {
                limit: page.limit,
                cursor: page.cursor,
                school: school.id,
                query: filters.q,
                class: filters.class,
                grade: filters.grade ? Number(filters.grade) : undefined,
                status: filters.status as "active" | undefined,
              },
            },
          })
        }
        filters={[
          { name: "q", label: t("persons.search"), kind: "search", placeholder: t("persons.searchHint") },
          { name: "class", label: t("column.class"), kind: "select", width: 160, options: classes },
          {
            name: "grade",
            label: t("column.grade"),
            kind: "select",
            options: GRADES.map((grade) => ({ value: String(grade), label: text(`common:grade.${grade}`) })),
          },
          {
            name: "status",
            label: t("column.status"),
            kind: "select",
            options: (["active", "left"] as const).map((value) => ({ value, label: common(`status.person.${value}`) })),
          },
        ]}
        empty={
          <EmptyState title={t("persons.empty")} lead={t("home.noRosterLead")}>
            <Button type="primary" onClick={() => navigate("/school/imports")}>
              {t("home.import")}
            </Button>
          </EmptyState>
        }
      />
    </>
  );
}
