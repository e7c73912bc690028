import { Select } from "antd";
import { useTranslation } from "@/i18n";
import { useLocation } from "react-router";
import { useNamed, useText } from "@/i18n/useText";
import type { Filter } from "@/ui/TableFilters";
import { usePeriods } from "@/ui/score/periods";
import { usePolicy } from "@/ui/score/policy";
import { useAddress } from "@/ui/useAddress";
import { ClassSelect, OrganizationSelect, SchoolSelect } from "../pick";
import { OwnHost } from "./OwnHost";

export const REPORT_FILTERS = ["policy", "period", "from", "to", "term", "school", "class", "grade", "host", "status", "met", "as_of"] as const;
export type ReportFilter = (typeof REPORT_FILTERS)[number];
export type ReportValues = Partial<Record<ReportFilter, string | undefined>>;

/** Where these reports stand: with the district, with one school, whose id is in the address and no choice, or with a base. */
export function useReportBase(): { base: string; ofSchool: boolean; ofBase: boolean } {
  const { pathname } = useLocation();
  const ofSchool = pathname.startsWith("/school/");
  const ofBase = pathname.startsWith("/base/");
  return { base: ofBase ? "/base/reports" : ofSchool ? "/school/report" : "/district/reports", ofSchool, ofBase };
}

function PeriodSelect({ id }: { id: string }) {
  const { t } = useTranslation("district");
  const [{ from, to, term }, set] = useAddress("from", "to", "term", "cursor", "page");
  const options = usePeriods().map(({ value, label }) => ({ value, label }));
  const now = term ?? (from || to ? `${from ?? ""}~${to ?? ""}` : "");
  const known = now === "" || options.some((option) => option.value === now);
  return (
    <Select
      id={id}
      aria-label={t("filter.period")}
      value={now}
      popupMatchSelectWidth={false}
      style={{ width: 190 }}
      options={[
        { value: "", label: t("period.all") },
        ...options,
        ...(known ? [] : [{ value: now, label: term ?? t("period.own") }]),
      ]}
      onChange={(next) => {
        const [first, last] = next.split("~");
        set({ from: first || undefined, to: last || undefined }, ["cursor", "page", "term"]);
      }}
    />
  );
}

/** The filters of a report, those that it has. */
export function useReportFilters<F extends ReportFilter>(...wanted: F[]): Filter<F>[] {
  const { t } = useTranslation("district");
  const text = useText();
  const named = useNamed();
  const [{ school, as_of }] = useAddress("school", "as_of");
  const policies = usePolicy({ as_of });
  const { ofSchool, ofBase } = useReportBase();
  const all: Record<ReportFilter, Filter<ReportFilter>> = {
    policy:
      policies.all.length > 1
        ? {
            name: "policy",
            label: t("filter.policy"),
            kind: "own",
            field: (value, set, id) => (
              <Select
                id={id}
                aria-label={t("filter.policy")}
                value={value ?? policies.meant?.policy_id}
                popupMatchSelectWidth={false}
                style={{ width: 220 }}
                options={policies.all.map((one) => ({ value: one.policy_id, label: named(one.title_zh, one.title_en) }))}
                onChange={(next) => set(next)}
              />
            ),
          }
        : { name: "policy", label: t("filter.policy"), kind: "silent" },
    period: { name: "period", label: t("filter.period"), kind: "own", field: (_value, _set, id) => <PeriodSelect id={id} /> },
    from: { name: "from", label: t("filter.from"), kind: "date" },
    to: { name: "to", label: t("filter.to"), kind: "date" },
    term: { name: "term", label: t("filter.term"), kind: "silent" },
    school: ofSchool
      ? { name: "school", label: t("filter.school"), kind: "silent" }
      : {
          name: "school",
          label: t("filter.school"),
          kind: "own",
          field: (value, set, id) => <SchoolSelect id={id} value={value} onChange={set} />,
        },
    class: school
      ? {
          name: "class",
          label: t("filter.class"),
          kind: "own",
          field: (value, set, id) => <ClassSelect id={id} school={school} value={value} onChange={set} />,
        }
      : { name: "class", label: t("filter.class"), kind: "silent" },
    grade: {
      name: "grade",
      label: t("filter.grade"),
      kind: "select",
      options: Array.from({ length: 12 }, (_, index) => ({
        value: String(index + 1),
        label: text(`common:grade.${index + 1}`),
      })),
      width: 120,
    },
    host: {
      name: "host",
      label: t("filter.host"),
      kind: "own",
      field: (value, set, id) =>
        ofBase ? <OwnHost id={id} value={value} onChange={set} /> : <OrganizationSelect id={id} label={t("filter.host")} {...(value === "none" && { none: t("filter.noHost") })} value={value} onChange={set} />,
    },
    status: {
      name: "status",
      label: t("filter.status"),
      kind: "select",
      options: ["counted", "cut", "refused"].map((word) => ({ value: word, label: text(`common:status.line.${word}`) })),
      width: 130,
    },
    as_of: { name: "as_of", label: t("filter.asOf"), kind: "date" },
    met: {
      name: "met",
      label: t("filter.met"),
      kind: "select",
      options: [
        { value: "true", label: t("filter.metAll") },
        { value: "false", label: t("filter.short") },
      ],
      width: 160,
    },
  };
  return wanted.map((name) => all[name] as Filter<F>);
}

/** The filters as parameters of a report's operation. */
export function reportQuery(values: ReportValues) {
  const { period: _, grade, status, met, ...rest } = values;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value)) as Omit<
    { [K in keyof typeof rest]: string },
    never
  >;
  return {
    ...given,
    ...(grade && { grade: Number(grade) }),
    ...(met && { met: met === "true" }),
    ...(status && { status: status as "counted" | "cut" | "refused" }),
  };
}

/** The address of a report of the pages, or of the service, with these filters. */
export function reportPath(path: string, values: Record<string, string | number | null | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== null && value !== "" && name !== "period") params.set(name, String(value));
  const query = params.toString();
  return query ? `${path}?${query}` : path;
}
