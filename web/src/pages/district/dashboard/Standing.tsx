import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Flex } from "antd";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useLanguage } from "@/i18n/useText";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { TableFilters } from "@/ui/TableFilters";
import { useAddress } from "@/ui/useAddress";
import { count, percent, percentOf } from "../decimal";
import { Figures } from "../Figures";
import { About, Illustrative, PrintButton } from "../reports/Frame";
import { reportPath, reportQuery, useReportFilters } from "../reports/filters";
import { Charts } from "./Charts";
import { NotReached } from "./NotReached";

/** How the district stands in a period: figures, charts, and who was not reached. Each leads to the students behind it. */
export function Standing() {
  const { t } = useTranslation("district");
  const { lang } = useLanguage();
  const filters = useReportFilters("policy", "period", "from", "to", "term", "school", "grade");
  const [values, set] = useAddress("policy", "from", "to", "term", "school", "grade");
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    ...getQuery("/api/v1/reports/overview", { params: { query: { ...reportQuery(values), lang } } }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const main = data?.requirements[0];
  const refused = data?.by_category.find((row) => row.category === "")?.records ?? 0;
  return (
    <>
      <Flex gap={12} wrap align="end" justify="space-between" className="kepu-no-print" style={{ marginBottom: 12 }}>
        <TableFilters filters={filters} values={{ ...values, period: undefined }} onChange={(name, value) => set({ [name]: value })} />
        <PrintButton />
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
                to: reportPath("/district/reports/persons", values),
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
                      to: reportPath("/district/reports/persons", values),
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
