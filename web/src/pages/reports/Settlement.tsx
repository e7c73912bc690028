import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Flex, Select } from "antd";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { useHosts } from "@/pages/base/hosts";
import { About, Illustrative } from "@/pages/district/reports/Frame";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { usePeriods } from "@/ui/score/periods";
import { usePolicy } from "@/ui/score/policy";
import { useAddress } from "@/ui/useAddress";
import { Files } from "./Files";
import { Tables } from "./Tables";
import { Tariffs } from "./Tariffs";

/** What is due to a base, for those who run it. */
export function Component() {
  const { t } = useTranslation("reports");
  const { lang } = useLanguage();
  const hosts = useHosts();
  const [address, set] = useAddress("host", "from", "to");
  const host = hosts.find((one) => one.id === address.host)?.id ?? hosts[0]?.id;
  const periods = usePeriods();
  const policy = usePolicy();
  const values = { host, from: address.from, to: address.to, policy: policy.policy };
  const query = { lang, ...policy.query, ...(host && { host }), ...(values.from && { from: values.from }), ...(values.to && { to: values.to }) };
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/reports/ready/{kind}", { params: { path: { kind: "settlement" }, query } }),
    placeholderData: keepPreviousData,
    enabled: host !== undefined && policy.ready,
  });
  return (
    <>
      <PageTitle lead={t("base.lead")} actions={<Files kind="settlement" values={values} />}>
        {t("base.title")}
      </PageTitle>
      <Flex gap={12} wrap className="kepu-no-print" style={{ marginBottom: 12 }}>
        {hosts.length > 1 && (
          <Select
            aria-label={t("base.host")}
            value={host}
            options={hosts.map((one) => ({ value: one.id, label: one.name }))}
            popupMatchSelectWidth={false}
            onChange={(next) => set({ host: next })}
          />
        )}
        <Select
          aria-label={t("kept.period")}
          value={values.from || values.to ? `${values.from ?? ""}~${values.to ?? ""}` : ""}
          popupMatchSelectWidth={false}
          style={{ width: 220 }}
          options={[
            { value: "", label: t("kept.whole") },
            ...periods.map(({ value, label }) => ({ value, label })),
          ]}
          onChange={(next: string) => {
            const [from, to] = next.split("~");
            set({ from: from || undefined, to: to || undefined });
          }}
        />
        {policy.choice}
      </Flex>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && !error && host && <PageSkeleton rows={8} />}
      {!host && <EmptyState title={t("ready.empty")} />}
      {data && (
        <Flex vertical gap={16}>
          <div>
            <About about={data} />
            {data.policy.illustrative && <Illustrative />}
            {data.notes.map((note) => (
              <Muted key={note} block>
                {note}
              </Muted>
            ))}
          </div>
          <Tables report={data} link={(row) => (row.of?.sort === "session" ? `/sessions/${row.of.id ?? ""}` : undefined)} />
          <Tariffs host={host} manages={false} />
        </Flex>
      )}
    </>
  );
}
