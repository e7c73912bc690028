import { Button } from "antd";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { today } from "@/ui/time";
import { SchoolSwitch, useSchool } from "./useSchool";
import { schoolYearOf, useClassName, useSchoolYear } from "./words";

type Class = Schemas["ClassView"];
export const GRADES = [-2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

export function Component() {
  const { t } = useTranslation("school");
  const text = useText();
  const school = useSchool();
  const navigate = useNavigate();
  const className = useClassName();
  const yearName = useSchoolYear();
  const now = schoolYearOf(today());

  const columns: Column<Class>[] = [
    {
      key: "class",
      title: t("column.class"),
      render: (row) => <Link to={`/classes/${row.id}`}>{className(row.grade, row.name)}</Link>,
      csv: (row) => className(row.grade, row.name),
    },
    { key: "year", title: t("column.school_year"), render: (row) => yearName(row.school_year), csv: (row) => String(row.school_year) },
    {
      key: "persons",
      title: t("classes.persons"),
      align: "right",
      render: (row) =>
        row.persons > 0 ? <Link to={`/school/persons?class=${row.id}`}>{row.persons}</Link> : <span>{row.persons}</span>,
      csv: (row) => String(row.persons),
    },
    { key: "source", title: t("column.source_id"), render: (row) => row.source_id ?? "—", csv: (row) => row.source_id ?? "", hidden: true },
  ];

  return (
    <>
      <PageTitle
        lead={t("classes.lead")}
        actions={
          <>
            <SchoolSwitch />
            <Button type="primary" onClick={() => navigate("/school/promotion")}>
              {t("classes.promote")}
            </Button>
          </>
        }
      >
        {t("classes.title")}
      </PageTitle>
      <DataTable
        name="classes"
        label={t("classes.title")}
        columns={columns}
        rowKey={(row) => row.id}
        source={(page, filters) =>
          getQuery("/api/v1/classes", {
            params: {
              query: {
                limit: page.limit,
                cursor: page.cursor,
                school: school.id,
                school_year: filters.year ? Number(filters.year) : undefined,
                grade: filters.grade ? Number(filters.grade) : undefined,
              },
            },
          })
        }
        filters={[
          {
            name: "year",
            label: t("column.school_year"),
            kind: "select",
            width: 200,
            options: [now + 1, now, now - 1, now - 2].map((year) => ({ value: String(year), label: yearName(year) })),
          },
          {
            name: "grade",
            label: t("column.grade"),
            kind: "select",
            options: GRADES.map((grade) => ({ value: String(grade), label: text(`common:grade.${grade}`) })),
          },
        ]}
        empty={
          <EmptyState title={t("classes.empty")} lead={t("home.noRosterLead")}>
            <Button type="primary" onClick={() => navigate("/school/imports")}>
              {t("home.import")}
            </Button>
          </EmptyState>
        }
      />
    </>
  );
}
