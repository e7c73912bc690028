import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Flex } from "antd";
import { Link } from "react-router";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useLanguage } from "@/i18n/useText";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { WithPolicy } from "@/ui/score/policy";
import { TableFilters } from "@/ui/TableFilters";
import { useAddress } from "@/ui/useAddress";
import { count, percent, percentOf } from "../decimal";
import { Figures } from "../Figures";
import { About, Illustrative, PrintButton } from "../reports/Frame";
import { reportPath, reportQuery, useReportFilters } from "../reports/filters";
import { Files } from "@/pages/reports/Files";
import { readyPath } from "@/pages/reports/kinds";
import { SaveReport } from "@/pages/reports/Save";
import { Charts } from "./Charts";
import { NotReached } from "./NotReached";

/** How the district stands in a period: figures, charts, and who was not reached. Each leads to the students behind it. */
export function Standing() {
  return (
    <WithPolicy>
      <Figured />
    </WithPolicy>
  );
}

function Figured() {
  const { t } = useTranslation("district");
  const { lang } = useLanguage();
  const filters = useReportFilters("policy", "period", "from", "to", "term", "school", "grade", "as_of");
  const [values, set] = useAddress("policy", "from", "to", "term", "school", "grade", "as_of");
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    ...getQuery("/api/v1/reports/overview", { params: { query: { ...reportQuery(values), lang } } }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const main = data?.requirements[0];
  // Requirements are of those enrolled now, over all time.
  const short = (requirement: string) =>
    reportPath("/district/reports/persons", { ...values, from: undefined, to: undefined, term: undefined, enrolled: "now", met: "false", requirement });
  const refused = data?.by_category.find((row) => row.category === "")?.records ?? 0;
  return (
    <>
      <Flex gap={12} wrap align="end" justify="space-between" className="kepu-no-print" style={{ marginBottom: 12 }}>
        <TableFilters filters={filters} values={{ ...values, period: undefined }} onChange={(name, value) => set({ [name]: value })} />
        <Flex gap={8} wrap>
          <Link to={reportPath(readyPath("overview"), values)}>
            <Button>{t("dashboard.tables")}</Button>
          </Link>
          <Files kind="overview" values={values} />
          <SaveReport kind="overview" values={values} />
          <PrintButton />
        </Flex>
      </Flex>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && !error && <PageSkeleton rows={12} />}
      {data && (
        <div aria-busy={isPlaceholderData} style={{ opacity: isPlaceholderData ? 0.55 : 1, transition: "opacity 0.15s" }}>
          <About about={data} />
          {data.policy.illustrative && <Illustrative />}
          <Figures
            items={[
              {
                label: t("figure.participation"),
                value: percent(data.totals.participation) ?? "—",
                note: t("figure.ofEnrolled", { some: count(data.totals.participants), all: count(data.totals.enrolled) }),
                to: reportPath("/district/reports/persons", { ...values, took: "true" }),
              },
              {
                label: t("figure.notReached"),
                value: count(data.not_reached.persons),
                note: t("figure.notReachedNote"),
                to: "#not-reached",
              },
              {
                label: t("figure.perHead"),
                value: data.totals.credits_per_enrolled ?? "—",
                note: t("figure.sum", { credits: data.totals.credits }),
                to: reportPath("/district/reports", values),
              },
              ...(main
                ? [
                    {
                      label: t("figure.met", { requirement: main.title }),
                      value: percent(main.met_share) ?? "—",
                      note: t("figure.short", { short: count(main.short), all: count(main.persons) }),
                      to: short(main.id),
                    },
                  ]
                : []),
              {
                label: t("figure.refused"),
                value: percentOf(refused, data.totals.records) ?? "—",
                note: t("figure.refusedNote", { refused: count(refused), all: count(data.totals.records) }),
                to: reportPath("/district/reports/records", { ...values, status: "refused" }),
              },
            ]}
          />
          <Charts report={data} values={values} />
          <NotReached report={data} values={values} />
        </div>
      )}
    </>
  );
}
