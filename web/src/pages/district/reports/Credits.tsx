import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Flex } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useLanguage, useText } from "@/i18n/useText";
import { Chart } from "@/ui/Chart";
import { Credit } from "@/ui/Credit";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { TableFilters } from "@/ui/TableFilters";
import { WithPolicy } from "@/ui/score/policy";
import { useAddress } from "@/ui/useAddress";
import { count, milli, percent, perHead } from "../decimal";
import { bars } from "../bars";
import { Figures } from "../Figures";
import { About, Illustrative, ReportActions, ReportTabs } from "./Frame";
import { reportPath, reportQuery, useReportBase, useReportFilters } from "./filters";
import { type SumColumn, SumTable } from "./Sums";

type Place = Schemas["PlaceSums"];
const byCredit = (a: { credits: string }, b: { credits: string }) => Number(milli(a.credits) - milli(b.credits));

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
  const { base, ofSchool } = useReportBase();
  const filters = useReportFilters("policy", "period", "from", "to", "term", "school", "class", "as_of");
  const [values, set] = useAddress("policy", "from", "to", "term", "school", "class", "as_of");
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    ...getQuery("/api/v1/reports/credits", { params: { query: { ...reportQuery(values), lang } } }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const kept = { policy: values.policy, from: values.from, to: values.to, term: values.term };
  const sums: SumColumn<Schemas["Sums"]>[] = [
    { key: "participants", title: t("col.participants"), render: (row) => count(row.participants), order: (a, b) => a.participants - b.participants },
    { key: "records", title: t("col.records"), render: (row) => count(row.records), order: (a, b) => a.records - b.records },
    { key: "cut", title: t("col.cut"), render: (row) => count(row.cut) },
    { key: "refused", title: t("col.refused"), render: (row) => count(row.refused) },
    { key: "credits", title: t("col.credits"), render: (row) => <Credit value={row.credits} />, order: byCredit },
  ];
  const share: SumColumn<Schemas["Sums"] & { share?: string | null | undefined }> = {
    key: "share",
    title: t("col.share"),
    render: (row) => percent(row.share),
  };
  const places: SumColumn<Place>[] = [
    { key: "enrolled", title: t("col.enrolled"), render: (row) => count(row.enrolled), order: (a, b) => a.enrolled - b.enrolled },
    {
      key: "participation",
      title: t("col.participation"),
      render: (row) => percent(row.participation),
      order: (a, b) => Number(milli(a.participation ?? "0") - milli(b.participation ?? "0")),
    },
    {
      key: "each",
      title: t("col.perHead"),
      render: (row) => perHead(row.credits, row.enrolled),
      order: (a, b) => Number(milli(perHead(a.credits, a.enrolled) ?? "0") - milli(perHead(b.credits, b.enrolled) ?? "0")),
    },
    ...sums,
  ];
  const bands = data?.distribution?.bands ?? [];
  const bandName = (band: Schemas["Band"]) =>
    band.to === "0" ? t("dashboard.noCredit") : t("dashboard.band", { from: band.from, to: band.to });
  const className = (row: Place) =>
    row.grade === null || row.grade === undefined ? row.name : `${text(`common:grade.${row.grade}`)} ${row.name ?? ""}`;

  return (
    <>
      <PageTitle lead={t("reports.creditsLead")} actions={<ReportActions name="credits" values={values} />}>
        {t("reports.credits")}
      </PageTitle>
      <ReportTabs here="credits" />
      <div className="kepu-no-print" style={{ marginBottom: 12 }}>
        <TableFilters filters={filters} values={{ ...values, period: undefined }} onChange={(name, value) => set({ [name]: value })} />
      </div>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && !error && <PageSkeleton rows={12} />}
      {data && (
        <Flex vertical gap={16} aria-busy={isPlaceholderData} style={{ opacity: isPlaceholderData ? 0.55 : 1 }}>
          <div>
            <About about={data} />
            {data.policy.illustrative && <Illustrative />}
            <Figures
              items={[
                { label: t("figure.participation"), value: percent(data.totals.participation) ?? "—", note: t("figure.ofEnrolled", { some: count(data.totals.participants), all: count(data.totals.enrolled) }) },
                { label: t("figure.perHead"), value: data.totals.credits_per_enrolled ?? "—", note: t("figure.sum", { credits: data.totals.credits }) },
                { label: t("figure.records"), value: count(data.totals.records), note: t("figure.recordParts", { counted: count(data.totals.counted), cut: count(data.totals.cut), refused: count(data.totals.refused) }) },
                { label: t("figure.flagged"), value: count(data.totals.flagged), ...(!ofSchool && { to: "/district/flags" }) },
              ]}
            />
          </div>
          <SumTable
            title={t("part.requirements")}
            rows={data.requirements ?? []}
            rowKey={(row) => row.id}
            columns={[
              { key: "title", title: t("col.requirement"), render: (row) => row.title },
              { key: "persons", title: t("col.persons"), render: (row) => count(row.persons) },
              { key: "met", title: t("col.met"), render: (row) => count(row.met) },
              { key: "share", title: t("col.metShare"), render: (row) => percent(row.met_share) },
              { key: "short", title: t("col.short"), render: (row) => count(row.short) },
              { key: "least", title: t("col.shortfall"), render: (row) => row.shortfall.smallest && `${row.shortfall.smallest} – ${row.shortfall.largest}` },
            ]}
          />
          <Chart
            title={t("dashboard.distribution")}
            height={240}
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
          />
          <SumTable
            title={t("part.levels")}
            rows={data.levels ?? []}
            rowKey={(row) => `${row.ladder} ${row.level}`}
            columns={[
              { key: "title", title: t("col.level"), render: (row) => `${row.ladder_title} · ${row.title ?? t("dashboard.belowFirst")}` },
              { key: "persons", title: t("col.persons"), render: (row) => count(row.persons) },
            ]}
          />
          <SumTable
            title={t("part.schools")}
            rows={data.by_school ?? []}
            rowKey={(row) => row.school_id ?? "none"}
            columns={[
              {
                key: "name",
                title: t("col.school"),
                render: (row) =>
                  row.school_id ? <Link to={reportPath(base, { ...kept, school: row.school_id })}>{row.name}</Link> : t("col.noSchool"),
              },
              ...places,
            ]}
          />
          <SumTable
            title={t("part.grades")}
            rows={data.by_grade ?? []}
            rowKey={(row) => String(row.grade)}
            columns={[
              {
                key: "name",
                title: t("col.grade"),
                render: (row) =>
                  row.grade === null || row.grade === undefined ? t("col.noGrade") : (
                    <Link to={reportPath(`${base}/persons`, { ...kept, school: values.school, grade: row.grade })}>
                      {text(`common:grade.${row.grade}`)}
                    </Link>
                  ),
              },
              ...places,
            ]}
          />
          <SumTable
            title={t("part.classes")}
            rows={data.by_class ?? []}
            rowKey={(row) => row.class_id ?? "none"}
            columns={[
              {
                key: "name",
                title: t("col.class"),
                render: (row) =>
                  row.class_id ? (
                    <Link to={reportPath(`${base}/persons`, { ...kept, school: row.school_id, class: row.class_id })}>{className(row)}</Link>
                  ) : (
                    t("col.noClass")
                  ),
              },
              ...places,
            ]}
          />
          <SumTable
            title={t("part.categories")}
            rows={data.by_category ?? []}
            rowKey={(row) => row.category}
            columns={[
              { key: "name", title: t("col.category"), render: (row) => categoryName(row, text, t("col.noRule")) },
              share,
              ...sums,
            ]}
          />
          <SumTable
            title={t("part.rules")}
            rows={data.by_rule ?? []}
            rowKey={(row) => row.rule}
            columns={[{ key: "name", title: t("col.rule"), render: (row) => row.title || t("col.noRule") }, share, ...sums]}
          />
          <SumTable
            title={t("part.hosts")}
            rows={data.by_host ?? []}
            rowKey={(row) => row.host_id ?? "none"}
            columns={[
              {
                key: "name",
                title: t("col.host"),
                render: (row) =>
                  row.host_id ? <Link to={reportPath(ofSchool ? `${base}/records` : `${base}/hosts`, { ...kept, ...(ofSchool && { school: values.school }), host: row.host_id })}>{row.name}</Link> : t("col.noHost"),
              },
              share,
              ...sums,
            ]}
          />
        </Flex>
      )}
    </>
  );
}

/** What a category is called: by a usual word, or by the policy. */
export function categoryName(
  row: { category: string; title: string },
  text: (key: string, options?: Record<string, unknown>, fallback?: string) => string,
  none: string,
): string {
  return row.category === "" ? none : text(`district:category.${row.category}`, {}, row.title);
}
