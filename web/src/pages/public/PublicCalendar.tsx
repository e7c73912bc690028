import { Button, Tag } from "antd";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { type Answer, getQuery } from "@/api/query";
import { useLanguage, useNamed, useText } from "@/i18n/useText";
import { DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { formatTime } from "@/ui/time";
import { KINDS, useGrades, useKind } from "@/pages/base/hosts";
import { weekday } from "@/pages/base/day";
import { useKnown } from "./useKnown";

type Row = Answer<"/api/v1/public/sessions">["items"][number];
type Name = "q" | "from" | "to" | "grade" | "kind" | "district";

const GRADES = Array.from({ length: 15 }, (_, index) => index - 2);

/** What is coming up, for families and schools; nobody need sign in. */
export function Component() {
  const { t } = useTranslation("public");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const { language } = useLanguage();
  const kind = useKind();
  const grades = useGrades();
  const known = useKnown();
  const navigate = useNavigate();
  const title = (row: Row) => named(row.title_zh, row.title_en);
  const host = (row: Row) => named(row.host_name_zh, row.host_name_en);
  const when = (row: Row) =>
    `${formatTime(row.starts_at, "date", language)} ${weekday(row.starts_at, language)} ${formatTime(row.starts_at, "time", language)}–${formatTime(row.ends_at, "time", language)}`;
  const places = (row: Row) => {
    if (row.free_places === null || row.free_places === undefined) return t("calendar.unlimited");
    return row.free_places === 0 ? t("calendar.full") : t("calendar.free", { count: row.free_places });
  };
  return (
    <>
      <PageTitle lead={t("calendar.lead")}>{t("calendar.title")}</PageTitle>
      <DataTable
        name="public-calendar"
        label={t("calendar.title")}
        source={(page, chosen: Record<Name, string | undefined>) =>
          getQuery("/api/v1/public/sessions", {
            params: {
              query: {
                limit: page.limit,
                ...(page.cursor && { cursor: page.cursor }),
                ...(chosen.q && { q: chosen.q }),
                ...(chosen.from && { from: chosen.from }),
                ...(chosen.to && { to: chosen.to }),
                ...(chosen.kind && { kind: chosen.kind }),
                ...(chosen.district && { district: chosen.district }),
                ...(chosen.grade && { grade: Number(chosen.grade) }),
              },
            },
          })
        }
        rowKey={(row) => row.id}
        filters={[
          { name: "q", kind: "search", label: t("calendar.find"), placeholder: t("calendar.findHint") },
          {
            name: "grade",
            kind: "select",
            label: t("column.grade"),
            options: GRADES.map((grade) => ({ value: String(grade), label: text(`common:grade.${grade}`) })),
          },
          {
            name: "kind",
            kind: "select",
            label: t("column.kind"),
            options: KINDS.map((value) => ({ value, label: kind(value) })),
          },
          ...(known.districts.length > 1
            ? [{ name: "district" as const, kind: "select" as const, label: t("column.district"), options: known.districts }]
            : []),
          { name: "from", kind: "date", label: common("table.from") },
          { name: "to", kind: "date", label: common("table.to") },
        ]}
        empty={
          <EmptyState title={t("calendar.empty")} lead={t("calendar.emptyLead")}>
            <Button onClick={() => navigate("/register")}>{t("calendar.toRegister")}</Button>
          </EmptyState>
        }
        columns={[
          {
            key: "title",
            title: t("column.activity"),
            render: (row) => (
              <>
                <strong>{title(row)}</strong> <Tag>{kind(row.kind)}</Tag>
              </>
            ),
            csv: title,
          },
          {
            key: "time",
            title: t("column.time"),
            render: (row) => <time dateTime={row.starts_at} className="kepu-numbers">{when(row)}</time>,
            csv: when,
          },
          { key: "host", title: t("column.host"), render: host, csv: host },
          {
            key: "place",
            title: t("column.place"),
            render: (row) => (
              <>
                {row.place} <Muted>{row.district_name_zh}</Muted>
              </>
            ),
            csv: (row) => row.place,
          },
          { key: "grades", title: t("column.grade"), render: (row) => grades(row.grades), csv: (row) => grades(row.grades) },
          { key: "free", title: t("column.free"), render: places, csv: places },
        ]}
      />
    </>
  );
}
