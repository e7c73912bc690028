import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { useLanguage, useText } from "@/i18n/useText";
import { Chart } from "@/ui/Chart";
import { Credit } from "@/ui/Credit";
import { formatTime } from "@/ui/time";
import { bars, GRID, VALUES } from "../bars";
import { count, percent } from "../decimal";
import { categoryName } from "../reports/Credits";
import { reportPath } from "../reports/filters";
import { CONTEST_LEVELS, useResultWords } from "../results/words";

export type Values = Record<"policy" | "from" | "to" | "term" | "school" | "grade" | "as_of", string | undefined>;
type Place = Schemas["PlaceFigures"];

/** Credits only become numbers for the length of a bar. */
const pixels = (credits: string | null | undefined) => Number(credits ?? 0);
const last = (month: string) => {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return `${month.slice(0, 8)}${new Date(Date.UTC(year, number, 0)).getUTCDate()}`;
};

/** The host of a record, as the overview gives it. */
interface Host {
  host_id?: string | null;
  name?: string | null;
  participants: number;
  records: number;
  credits: string;
}

export function Charts({ report, values }: { report: Schemas["Overview"]; values: Values }) {
  const { t } = useTranslation("district");
  const text = useText();
  const { language } = useLanguage();
  const words = useResultWords();
  const navigate = useNavigate();
  const persons = (more: Record<string, string | number | null | undefined>) =>
    reportPath("/district/reports/persons", { ...values, ...more });
  const records = (more: Record<string, string | number | null | undefined>) =>
    reportPath("/district/reports/records", { ...values, ...more });
  // Of those enrolled now, over all time.
  const asked = (requirement: string | undefined, met?: "true" | "false") =>
    persons({ from: undefined, to: undefined, term: undefined, enrolled: "now", requirement, met });
  const open = (to: string | undefined) => to && navigate(to);
  const each = t("col.perHead");

  const schools = report.by_school
    .filter((row) => row.school_id && row.enrolled > 0)
    .toSorted((a, b) => pixels(b.credits_per_enrolled) - pixels(a.credits_per_enrolled));
  const grades = report.by_grade.filter((row) => row.grade !== null && row.grade !== undefined && row.enrolled > 0);
  const categories = report.by_category.filter((row) => row.category !== "");
  const hosts = (report.by_host as unknown as Host[]).filter((row) => row.host_id).slice(0, 15);
  const monthPath = (row: Schemas["MonthFigures"]) => records({ from: row.month, to: last(row.month), term: undefined });
  const grade = (row: Place) => text(`common:grade.${row.grade}`);
  const placeRow = (key: string, to: string, name: ReactNode, row: Place) => ({
    key,
    cells: [
      <Link key="name" to={to}>
        {name}
      </Link>,
      <Credit key="each" value={row.credits_per_enrolled} />,
      percent(row.participation),
      count(row.enrolled),
    ],
  });

  const levels = [...new Set(report.results.map((row) => row.contest_level))].toSorted(
    (a, b) => CONTEST_LEVELS.findIndex((one) => one === a) - CONTEST_LEVELS.findIndex((one) => one === b),
  );
  const awards = ["special", "first", "second", "third", "excellence"];
  const known = [...new Set(report.results.map((row) => row.award ?? ""))].toSorted((a, b) => awards.indexOf(a) - awards.indexOf(b));
  const awardName = (award: string) => (award === "" ? t("dashboard.placeOnly") : text(`district:award.${award}`, {}, award));
  const number = (level: string, award: string) =>
    report.results.find((row) => row.contest_level === level && (row.award ?? "") === award)?.results ?? 0;
  const resultsPath = reportPath("/district/results", { state: "verified", school: values.school, from: values.from, to: values.to });

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
        title={t("dashboard.bySchool")}
        height={Math.max(300, schools.length * 26 + 60)}
        option={bars(
          schools.map((row) => row.name ?? ""),
          schools.map((row) => pixels(row.credits_per_enrolled)),
          each,
          true,
        )}
        table={{
          columns: [t("col.school"), each, t("col.participation"), t("col.enrolled")],
          rows: schools.map((row) => placeRow(row.school_id ?? "", persons({ school: row.school_id }), row.name, row)),
        }}
        onSelect={({ dataIndex }) => open(persons({ school: schools[dataIndex]?.school_id }))}
      />
      <div style={{ display: "grid", gap: 16 }}>
        <Chart
          title={t("dashboard.months")}
          height={240}
          option={bars(
            report.by_month.map((row) => row.month.slice(0, 7)),
            report.by_month.map((row) => row.participants),
            t("col.participants"),
            false,
            { barCategoryGap: "15%", barMaxWidth: 60, label: { show: false } },
          )}
          table={{
            columns: [t("dashboard.month"), t("col.participants"), t("col.records"), t("col.credits")],
            rows: report.by_month.map((row) => ({
              key: row.month,
              cells: [
                <Link key="month" to={monthPath(row)}>
                  {formatTime(row.month, "month", language)}
                </Link>,
                count(row.participants),
                count(row.records),
                <Credit key="credits" value={row.credits} />,
              ],
            })),
          }}
          onSelect={({ dataIndex }) => open(report.by_month[dataIndex] && monthPath(report.by_month[dataIndex]))}
        />
        <Chart
          title={t("dashboard.byGrade")}
          height={240}
          option={bars(
            grades.map(grade),
            grades.map((row) => pixels(row.credits_per_enrolled)),
            each,
            false,
          )}
          table={{
            columns: [t("col.grade"), each, t("col.participation"), t("col.enrolled")],
            rows: grades.map((row) => placeRow(String(row.grade), persons({ grade: row.grade }), grade(row), row)),
          }}
          onSelect={({ dataIndex }) => open(persons({ grade: grades[dataIndex]?.grade }))}
        />
      </div>
      <Chart
        title={t("dashboard.requirements")}
        height={Math.max(190, report.requirements.length * 64 + 70)}
        option={{
          grid: { ...GRID, top: 40 },
          legend: { top: 0 },
          tooltip: { trigger: "axis", confine: true, axisPointer: { type: "shadow" } },
          xAxis: VALUES,
          yAxis: {
            type: "category",
            inverse: true,
            data: report.requirements.map((row) => row.title),
            axisTick: { show: false },
            axisLabel: { width: 150, overflow: "break" },
          },
          series: [
            { type: "bar", stack: "all", name: t("col.met"), data: report.requirements.map((row) => row.met), barMaxWidth: 28 },
            { type: "bar", stack: "all", name: t("col.short"), data: report.requirements.map((row) => row.short), barMaxWidth: 28 },
          ],
        }}
        table={{
          columns: [t("col.requirement"), t("col.met"), t("col.metShare"), t("col.short")],
          rows: report.requirements.map((row) => ({
            key: row.id,
            cells: [
              row.title,
              <Link key="met" to={asked(row.id, "true")} aria-label={`${row.title} ${t("col.met")} ${row.met}`}>
                {count(row.met)}
              </Link>,
              percent(row.met_share),
              <Link key="short" to={asked(row.id, "false")} aria-label={`${row.title} ${t("col.short")} ${row.short}`}>
                {count(row.short)}
              </Link>,
            ],
          })),
        }}
        onSelect={({ dataIndex }) => open(asked(report.requirements[dataIndex]?.id))}
      />
      <Chart
        title={t("dashboard.categories")}
        height={Math.max(190, categories.length * 40 + 60)}
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
              <Link key="name" to={records({ category: row.category })}>
                {categoryName(row, text, "")}
              </Link>,
              <Credit key="credits" value={row.credits} />,
              percent(row.share),
              count(row.participants),
              count(row.records),
            ],
          })),
        }}
        onSelect={({ dataIndex }) => open(records({ category: categories[dataIndex]?.category }))}
      />
      <Chart
        title={t("dashboard.results")}
        height={Math.max(260, levels.length * 44 + 80)}
        option={{
          grid: { ...GRID, top: 40 },
          legend: { top: 0, type: "scroll" },
          tooltip: { trigger: "axis", confine: true, axisPointer: { type: "shadow" } },
          xAxis: VALUES,
          yAxis: { type: "category", inverse: true, data: levels.map(words.level), axisTick: { show: false } },
          series: known.map((award) => ({
            type: "bar",
            stack: "all",
            name: awardName(award),
            data: levels.map((level) => number(level, award)),
            barMaxWidth: 28,
            cursor: "pointer",
          })),
        }}
        table={{
          columns: [t("results.level"), ...known.map(awardName)],
          rows: levels.map((level) => ({
            key: level,
            cells: [
              <Link key="level" to={resultsPath}>
                {words.level(level)}
              </Link>,
              ...known.map((award) => count(number(level, award))),
            ],
          })),
        }}
        onSelect={() => open(resultsPath)}
      />
      <Chart
        title={t("dashboard.hosts")}
        height={Math.max(260, hosts.length * 26 + 60)}
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
              <Link key="name" to={records({ host: row.host_id })}>
                {row.name}
              </Link>,
              count(row.participants),
              count(row.records),
              <Credit key="credits" value={row.credits} />,
            ],
          })),
        }}
        onSelect={({ dataIndex }) => open(records({ host: hosts[dataIndex]?.host_id }))}
      />
    </div>
  );
}
