import { Card } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { useText } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { count, percent } from "../decimal";
import { reportPath } from "../reports/filters";
import type { Values } from "./Charts";
import { WideTable } from "@/ui/WideTable";

type Place = Schemas["PlaceFigures"];

/** Places with somebody whom nothing reached, the least reached first. */
export function NotReached({ report, values }: { report: Schemas["Overview"]; values: Values }) {
  const { t } = useTranslation("district");
  const text = useText();
  const persons = (more: Record<string, string | number | null | undefined>) =>
    reportPath("/district/reports/persons", { ...values, enrolled: "within", took: "false", ...more });
  const grade = (value: number | null | undefined) => (value === null || value === undefined ? "" : text(`common:grade.${value}`));
  const parts = [
    {
      key: "schools",
      title: t("notReached.schools"),
      rows: report.not_reached.schools,
      name: (row: Place) => <Link to={persons({ school: row.school_id })}>{row.name}</Link>,
    },
    {
      key: "grades",
      title: t("notReached.grades"),
      rows: report.not_reached.grades,
      name: (row: Place) => <Link to={persons({ grade: row.grade })}>{grade(row.grade)}</Link>,
    },
    {
      key: "classes",
      title: t("notReached.classes"),
      rows: report.not_reached.classes,
      name: (row: Place) => (
        <Link to={persons({ school: row.school_id, class: row.class_id })}>
          {row.school_name} {grade(row.grade)} {row.name}
        </Link>
      ),
    },
  ]
    .map((part) => ({ ...part, rows: part.rows.filter((row) => row.enrolled > row.participants) }))
    .filter((part) => part.rows.length > 0);

  return (
    <section id="not-reached" aria-labelledby="not-reached-title" style={{ marginTop: 24, scrollMarginTop: 76 }}>
      <h2 id="not-reached-title" style={{ fontSize: 20, margin: "0 0 12px" }}>
        {t("notReached.title")}
      </h2>
      {parts.length === 0 && (
        <Card>
          <EmptyState title={t("notReached.nobody")} lead={t("notReached.nobodyLead")} />
        </Card>
      )}
      <div style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(auto-fit, minmax(min(440px, 100%), 1fr))", alignItems: "start" }}>
        {parts.map((part) => (
          <Card
            key={part.key}
            title={
              <h3 style={{ margin: 0, fontSize: 16 }}>
                {part.title}{" "}
                <small style={{ fontWeight: 400 }}>
                  {t("notReached.none", { count: part.rows.filter((row) => row.participants === 0).length })}
                </small>
              </h3>
            }
            styles={{ body: { padding: 0 } }}
          >
            <WideTable
              aria-label={part.title}
              rowKey={(row) => row.class_id ?? row.school_id ?? String(row.grade)}
              dataSource={part.rows}
              pagination={part.rows.length > 10 ? { pageSize: 10, showSizeChanger: false, size: "small" } : false}
              columns={[
                { key: "name", title: t("notReached.where"), render: (_, row) => part.name(row) },
                { key: "missing", title: t("notReached.missing"), align: "right", render: (_, row) => count(row.enrolled - row.participants) },
                { key: "enrolled", title: t("col.enrolled"), align: "right", render: (_, row) => count(row.enrolled) },
                { key: "share", title: t("col.participation"), align: "right", render: (_, row) => percent(row.participation) },
              ]}
            />
          </Card>
        ))}
      </div>
    </section>
  );
}
