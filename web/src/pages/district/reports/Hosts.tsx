import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Flex } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useLanguage } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { TableFilters } from "@/ui/TableFilters";
import { WithPolicy } from "@/ui/score/policy";
import { useAddress } from "@/ui/useAddress";
import { count, milli } from "../decimal";
import { Figures } from "../Figures";
import { About, ReportActions, ReportTabs } from "./Frame";
import { reportPath, reportQuery, useReportFilters } from "./filters";
import { type SumColumn, SumTable } from "./Sums";

export function Component() {
  return (
    <WithPolicy>
      <Report />
    </WithPolicy>
  );
}

/** Without a host: all of them, from the report on credits. With one: its sessions and who came. */
function Report() {
  const { t } = useTranslation("district");
  const filters = useReportFilters("policy", "period", "from", "to", "term", "host", "as_of");
  const [values, set] = useAddress("policy", "from", "to", "term", "host", "as_of");
  return (
    <>
      <PageTitle
        lead={t("reports.hostsLead")}
        {...(values.host && { actions: <ReportActions name="hosts" values={values} /> })}
      >
        {t("reports.hosts")}
      </PageTitle>
      <ReportTabs here="hosts" />
      <div className="kepu-no-print" style={{ marginBottom: 12 }}>
        <TableFilters filters={filters} values={{ ...values, period: undefined }} onChange={(name, value) => set({ [name]: value })} />
      </div>
      {values.host ? <OneHost values={values} host={values.host} /> : <AllHosts values={values} />}
    </>
  );
}

type Values = Record<"policy" | "from" | "to" | "term" | "host" | "as_of", string | undefined>;

function AllHosts({ values }: { values: Values }) {
  const { t } = useTranslation("district");
  const { lang } = useLanguage();
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/reports/credits", {
      params: { query: { ...reportQuery({ ...values, host: undefined }), group: "host", lang } },
    }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const rows = (data?.by_host ?? []).filter((row) => row.host_id);
  return (
    <>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && !error && <PageSkeleton rows={10} />}
      {data && <About about={data} />}
      {data && rows.length === 0 && <EmptyState title={t("reports.noHosts")} />}
      <SumTable
        title={t("part.hosts")}
        rows={rows}
        rowKey={(row) => row.host_id ?? ""}
        columns={[
          {
            key: "name",
            title: t("col.host"),
            render: (row) => <Link to={reportPath("/district/reports/hosts", { ...values, host: row.host_id })}>{row.name}</Link>,
          },
          { key: "participants", title: t("col.participants"), render: (row) => count(row.participants), order: (a, b) => a.participants - b.participants },
          { key: "records", title: t("col.records"), render: (row) => count(row.records), order: (a, b) => a.records - b.records },
          { key: "refused", title: t("col.refused"), render: (row) => count(row.refused), order: (a, b) => a.refused - b.refused },
          {
            key: "credits",
            title: t("col.credits"),
            render: (row) => <Credit value={row.credits} />,
            order: (a, b) => Number(milli(a.credits) - milli(b.credits)),
          },
        ]}
      />
    </>
  );
}

function OneHost({ values, host }: { values: Values; host: string }) {
  const { t } = useTranslation("district");
  const { lang } = useLanguage();
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/reports/hosts", { params: { query: { ...reportQuery(values), host, lang } } }),
    placeholderData: keepPreviousData,
  });
  const columns: SumColumn<Schemas["HostFigures"]>[] = (
    ["sessions", "participants", "entered", "confirmed", "waiting", "rejected", "absent", "voided"] as const
  ).map((word) => ({
    key: word,
    title: t(`host.${word}`),
    render: (row) => count(row[word]),
    order: (a, b) => a[word] - b[word],
  }));
  return (
    <>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && !error && <PageSkeleton rows={10} />}
      {data && (
        <Flex vertical gap={16}>
          <div>
            <About about={data} />
            <Figures
              items={[
                { label: t("host.sessions"), value: count(data.totals.sessions) },
                { label: t("host.participants"), value: count(data.totals.participants) },
                {
                  label: t("host.confirmed"),
                  value: count(data.totals.confirmed),
                  note: t("host.ofEntered", { count: data.totals.entered, all: count(data.totals.entered) }),
                },
                { label: t("host.waiting"), value: count(data.totals.waiting) },
                {
                  label: t("host.credits"),
                  value: data.totals.credits,
                  note: t("host.credited", { some: count(data.totals.credited) }),
                  to: reportPath("/district/reports/records", { ...values }),
                },
              ]}
            />
          </div>
          <SumTable
            title={t("part.schools")}
            rows={data.by_school}
            rowKey={(row) => row.school_id ?? "none"}
            columns={[
              {
                key: "name",
                title: t("col.school"),
                render: (row) =>
                  row.school_id ? (
                    <Link to={reportPath("/district/reports/records", { ...values, school: row.school_id })}>{row.name}</Link>
                  ) : (
                    t("col.noSchool")
                  ),
              },
              ...columns,
              { key: "credits", title: t("col.credits"), render: (row) => <Credit value={row.credits} /> },
            ]}
          />
        </Flex>
      )}
    </>
  );
}
