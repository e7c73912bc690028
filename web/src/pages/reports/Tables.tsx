import { Card, Table, Tooltip } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { bars } from "@/pages/district/bars";
import { count, percent } from "@/pages/district/decimal";
import { Chart } from "@/ui/Chart";
import { EmptyState } from "@/ui/EmptyState";
import { WideTable } from "@/ui/WideTable";

type Section = Schemas["ReadySection"];
type Row = Schemas["ReadyRow"] & { key: string };
/** Where a cell leads: the name of a row, or a figure of it. */
type To = (row: Schemas["ReadyRow"], column: string, isName: boolean) => string | undefined;

/** What stands where a group is too small to be shown. */
const HIDDEN = "*";
/** Bars that one drawing holds. */
const DRAWN = 20;

/** Money as it is written: `5,425.00`. */
export function money(yuan: string): string {
  const [whole = "0", part = "00"] = yuan.split(".");
  return `${count(Number(whole))}.${part}`;
}

function useCell() {
  const { t } = useTranslation("reports");
  return (value: unknown, kind: Schemas["ReadyColumnKind"]): ReactNode => {
    if (value === null || value === undefined || value === "") return "—";
    if (value === HIDDEN)
      return (
        <Tooltip title={t("ready.hidden")}>
          <span>{HIDDEN}</span>
        </Tooltip>
      );
    if (kind === "count") return count(Number(value));
    if (kind === "money") return money(String(value));
    if (kind === "share") return percent(String(value));
    return String(value);
  };
}

const isNumber = (kind: Schemas["ReadyColumnKind"]) => kind !== "text" && kind !== "day";

/** The sections of a ready report, each a table, and a drawing where that helps. */
export function Tables({ report, link }: { report: Schemas["ReadyReport"]; link: To }) {
  return report.sections.map((section) => (
    <div key={section.key} style={{ display: "grid", gap: 16, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <Drawing section={section} />
      <OneTable section={section} link={link} />
    </div>
  ));
}

function Drawing({ section }: { section: Section }) {
  const cell = useCell();
  const key = section.drawn[0];
  const at = section.columns.findIndex((column) => column.key === key);
  const column = section.columns[at];
  const rows = section.rows.filter((row) => row.cells[at] !== HIDDEN && row.cells[at] !== null).slice(0, DRAWN);
  if (!column || section.rows.length < 2 || rows.every((row) => Number(row.cells[at]) === 0)) return null;
  const factor = column.kind === "share" ? 100 : 1;
  const values = rows.map((row) => Math.round(Number(row.cells[at]) * factor * 100) / 100);
  return (
    <Chart
      title={`${section.title} · ${column.title}${column.kind === "share" ? " (%)" : ""}`}
      height={Math.max(180, rows.length * 34 + 60)}
      option={bars(rows.map((row) => String(row.cells[0])), values, column.title, true)}
      table={{
        columns: [section.columns[0]?.title ?? "", column.title],
        rows: rows.map((row, index) => ({ key: String(index), cells: [String(row.cells[0]), cell(row.cells[at], column.kind)] })),
      }}
    />
  );
}

function OneTable({ section, link }: { section: Section; link: To }) {
  const { t } = useTranslation("reports");
  const cell = useCell();
  const rows: Row[] = section.rows.map((row, index) => ({ ...row, key: String(index) }));
  const order = (at: number, kind: Schemas["ReadyColumnKind"]) => (a: Row, b: Row) =>
    isNumber(kind)
      ? Number(a.cells[at] === HIDDEN ? -1 : a.cells[at]) - Number(b.cells[at] === HIDDEN ? -1 : b.cells[at])
      : String(a.cells[at] ?? "").localeCompare(String(b.cells[at] ?? ""), "zh");
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{section.title}</h2>} styles={{ body: { padding: 0 } }}>
      {rows.length === 0 ? (
        <div style={{ padding: 16 }}>
          <EmptyState title={t("ready.empty")} />
        </div>
      ) : (
        <WideTable<Row>
          aria-label={section.title}
          dataSource={rows}
          pagination={rows.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          columns={section.columns.map((column, at) => ({
            key: column.key,
            title: column.title,
            ...(isNumber(column.kind) && { align: "right" as const, className: "kepu-numbers" }),
            ...(rows.length > 1 && { sorter: order(at, column.kind) }),
            render: (_: unknown, row: Row) => {
              const value = row.cells[at];
              const shown = cell(value, column.kind);
              const isName = at === 0 && !isNumber(column.kind);
              // Nothing, and what is hidden, have no list.
              const counts = (column.kind === "count" || column.kind === "credit" || column.kind === "money") && Number(value) > 0;
              const to = isName || counts ? link(row, column.key, isName) : undefined;
              if (!to) return shown;
              const name = isName ? undefined : `${isNumber(section.columns[0]?.kind ?? "text") ? section.title : String(row.cells[0])} ${column.title} ${String(value)}`;
              return (
                <Link to={to} aria-label={name}>
                  {shown}
                </Link>
              );
            },
          }))}
          {...(section.totals &&
            rows.length > 1 && {
              summary: () => (
                <Table.Summary.Row style={{ fontWeight: 600 }}>
                  {section.columns.map((column, at) => {
                    const total = section.totals?.[at];
                    return (
                      <Table.Summary.Cell key={column.key} index={at} {...(isNumber(column.kind) && { align: "right" as const })}>
                        {at === 0 ? t("ready.total") : total === null || total === undefined ? "" : cell(total, column.kind)}
                      </Table.Summary.Cell>
                    );
                  })}
                </Table.Summary.Row>
              ),
            })}
        />
      )}
    </Card>
  );
}
