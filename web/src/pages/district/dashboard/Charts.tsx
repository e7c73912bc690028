import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { useText } from "@/i18n/useText";
import { Chart } from "@/ui/Chart";
import { Credit } from "@/ui/Credit";
import { count, percent, perHead } from "../decimal";
import { categoryName } from "../reports/Credits";
import { reportPath } from "../reports/filters";

export type Values = Record<"policy" | "from" | "to" | "term" | "school", string | undefined>;
interface Props {
  report: Schemas["CreditsReport"];
  values: Values;
}

const GRID = { left: 8, right: 48, top: 24, bottom: 8, containLabel: true };
/** Credits only become numbers for the length of a bar. */
const ranked = (rows: Schemas["PlaceSums"][]) =>
  rows.toSorted((a, b) => pixels(perHead(b.credits, b.enrolled)) - pixels(perHead(a.credits, a.enrolled)));
const pixels = (credits: string | null | undefined) => Number(credits ?? 0);

/** One bar a row, the longest name readable; `null` values draw nothing. */
export function bars(names: string[], values: number[], unit: string, horizontal: boolean, extra: object = {}) {
  const category = { type: "category", data: names, axisTick: { show: false }, ...(horizontal && { inverse: true }) };
  const value = { type: "value", splitNumber: 3, axisLabel: { hideOverlap: true } };
  return {
    grid: GRID,
    tooltip: { trigger: "axis", confine: true, axisPointer: { type: "shadow" } },
    xAxis: horizontal ? value : category,
    yAxis: horizontal ? category : value,
    series: [{ type: "bar", name: unit, data: values, barMaxWidth: 28, cursor: "pointer", label: { show: true, position: horizontal ? "right" : "top" }, ...extra }],
  };
}

export function Charts({ report, values }: Props) {
  const { t } = useTranslation("district");
  const text = useText();
  const navigate = useNavigate();
  const persons = (more: Record<string, string | number | null | undefined>) =>
    reportPath("/district/reports/persons", { ...values, ...more });

  const schools = ranked((report.by_school ?? []).filter((row) => row.school_id && row.enrolled > 0));
  const inClasses = values.school !== undefined;
  const classes = (report.by_class ?? []).filter((row) => row.class_id && row.enrolled > 0);
  const grades = (report.by_grade ?? []).filter((row) => row.grade !== null && row.grade !== undefined && row.enrolled > 0);
  const bands = report.distribution?.bands ?? [];
  const categories = (report.by_category ?? []).filter((row) => row.category !== "");
  const hosts = (report.by_host ?? []).filter((row) => row.host_id).slice(0, 15);
  const requirements = report.requirements ?? [];
  const levels = report.levels ?? [];
  const className = (row: Schemas["PlaceSums"]) => `${text(`common:grade.${row.grade}`)} ${row.name ?? ""}`;
  const bandName = (band: Schemas["Band"]) =>
    band.to === "0" ? t("dashboard.noCredit") : t("dashboard.band", { from: band.from, to: band.to });
  const each = t("col.perHead");
  const open = (to: string | undefined) => to && navigate(to);
  const list = inClasses ? classes : schools;
  const listPath = (row: Schemas["PlaceSums"]) =>
    inClasses ? persons({ class: row.class_id }) : persons({ school: row.school_id });
  const listName = (row: Schemas["PlaceSums"]) => (inClasses ? className(row) : (row.name ?? ""));

  return (
    <div
      style={{
        display: "grid",
        gap: 16,
        marginTop: 16,
        gridTemplateColumns: "repeat(auto-fit, minmax(min(440px, 100%), 1fr))",
        alignItems: "start",
      }}
    >
      <Chart
        title={inClasses ? t("dashboard.byClass") : t("dashboard.bySchool")}
        height={Math.max(300, list.length * 24 + 60)}
        option={bars(
          list.map(listName),
          list.map((row) => pixels(perHead(row.credits, row.enrolled))),
          each,
          true,
        )}
        table={{
          columns: [inClasses ? t("col.class") : t("col.school"), each, t("col.participation"), t("col.enrolled")],
          rows: list.map((row) => ({
            key: row.class_id ?? row.school_id ?? "",
            cells: [
              <Link key="name" to={listPath(row)}>
                {listName(row)}
              </Link>,
              perHead(row.credits, row.enrolled),
              percent(row.participation),
              count(row.enrolled),
            ],
          })),
        }}
        onSelect={({ dataIndex }) => open(list[dataIndex] && listPath(list[dataIndex]))}
      />
      <div style={{ display: "grid", gap: 16 }}>
        <Chart
          title={t("dashboard.byGrade")}
          height={220}
          option={bars(
            grades.map((row) => text(`common:grade.${row.grade}`)),
            grades.map((row) => pixels(perHead(row.credits, row.enrolled))),
            each,
            false,
          )}
          table={{
            columns: [t("col.grade"), each, t("col.participation"), t("col.enrolled")],
            rows: grades.map((row) => ({
              key: String(row.grade),
              cells: [
                <Link key="name" to={persons({ grade: row.grade })}>
                  {text(`common:grade.${row.grade}`)}
                </Link>,
                perHead(row.credits, row.enrolled),
                percent(row.participation),
                count(row.enrolled),
              ],
            })),
          }}
          onSelect={({ dataIndex }) => open(persons({ grade: grades[dataIndex]?.grade }))}
        />
        <Chart
          title={t("dashboard.distribution")}
          height={220}
          option={bars(
            bands.map(bandName),
            bands.map((band) => band.persons),
            t("col.persons"),
            false,
            { barCategoryGap: "10%", barMaxWidth: 80 },
          )}
          table={{
            columns: [t("col.credits"), t("col.persons"), t("col.share")],
            rows: bands.map((band) => ({
              key: `${band.from}-${band.to}`,
              cells: [bandName(band), count(band.persons), percent(band.share)],
            })),
          }}
          onSelect={() => open(persons({}))}
        />
      </div>
      <Chart
        title={t("dashboard.requirements")}
        height={Math.max(160, requirements.length * 70 + 70)}
        option={{
          grid: { ...GRID, top: 36 },
          legend: { top: 0 },
          tooltip: { trigger: "axis", confine: true, axisPointer: { type: "shadow" } },
          xAxis: { type: "value", splitNumber: 3, axisLabel: { hideOverlap: true } },
          yAxis: {
            type: "category",
            inverse: true,
            data: requirements.map((row) => row.title),
            axisTick: { show: false },
            axisLabel: { width: 150, overflow: "break" },
          },
          series: [
            { type: "bar", stack: "all", name: t("col.met"), data: requirements.map((row) => row.met), barMaxWidth: 28 },
            { type: "bar", stack: "all", name: t("col.short"), data: requirements.map((row) => row.short), barMaxWidth: 28 },
          ],
        }}
        table={{
          columns: [t("col.requirement"), t("col.met"), t("col.metShare"), t("col.short"), t("col.shortfall")],
          rows: requirements.map((row) => ({
            key: row.id,
            cells: [
              row.title,
              count(row.met),
              percent(row.met_share),
              count(row.short),
              row.shortfall.smallest ? `${row.shortfall.smallest} – ${row.shortfall.largest}` : "",
            ],
          })),
        }}
        onSelect={() => open(persons({}))}
      />
      <Chart
        title={t("dashboard.levels")}
        height={Math.max(160, levels.length * 30 + 60)}
        option={bars(
          levels.map((row) => row.title ?? t("dashboard.belowFirst")),
          levels.map((row) => row.persons),
          t("col.persons"),
          true,
        )}
        table={{
          columns: [t("col.level"), t("col.persons")],
          rows: levels.map((row) => ({
            key: `${row.ladder} ${row.level}`,
            cells: [`${row.ladder_title} · ${row.title ?? t("dashboard.belowFirst")}`, count(row.persons)],
          })),
        }}
        onSelect={() => open(persons({}))}
      />
      <Chart
        title={t("dashboard.categories")}
        height={Math.max(180, categories.length * 40 + 60)}
        option={bars(
          categories.map((row) => categoryName(row, text, "")),
          categories.map((row) => pixels(row.credits)),
          t("col.credits"),
          true,
        )}
        table={{
          columns: [t("col.category"), t("col.credits"), t("col.share"), t("col.participants"), t("col.records")],
          rows: categories.map((row) => ({
            key: row.category,
            cells: [
              categoryName(row, text, ""),
              <Credit key="credits" value={row.credits} />,
              percent(row.share),
              count(row.participants),
              count(row.records),
            ],
          })),
        }}
        onSelect={() => open(reportPath("/district/reports/records", values))}
      />
      <Chart
        title={t("dashboard.hosts")}
        height={Math.max(220, hosts.length * 26 + 60)}
        option={bars(
          hosts.map((row) => row.name ?? ""),
          hosts.map((row) => row.participants),
          t("col.participants"),
          true,
        )}
        table={{
          columns: [t("col.host"), t("col.participants"), t("col.records"), t("col.credits")],
          rows: hosts.map((row) => ({
            key: row.host_id ?? "",
            cells: [
              <Link key="name" to={reportPath("/district/reports/records", { ...values, host: row.host_id })}>
                {row.name}
              </Link>,
              count(row.participants),
              count(row.records),
              <Credit key="credits" value={row.credits} />,
            ],
          })),
        }}
        onSelect={({ dataIndex }) =>
          open(reportPath("/district/reports/records", { ...values, host: hosts[dataIndex]?.host_id }))
        }
      />
    </div>
  );
}
