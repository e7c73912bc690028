import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Flex, Select } from "antd";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { useHosts } from "@/pages/base/hosts";
import { periods } from "@/pages/district/reports/filters";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useAddress } from "@/ui/useAddress";
import { Files } from "./Files";
import { Tables } from "./Tables";
import { Tariffs } from "./Tariffs";

/** What is due to a base, for those who run it. */
export function Component() {
  const { t } = useTranslation("reports");
  const { t: district } = useTranslation("district");
  const { lang } = useLanguage();
  const hosts = useHosts();
  const [address, set] = useAddress("host", "from", "to");
  const host = hosts.find((one) => one.id === address.host)?.id ?? hosts[0]?.id;
  const values = { host, from: address.from, to: address.to };
  const query = { lang, ...(host && { host }), ...(values.from && { from: values.from }), ...(values.to && { to: values.to }) };
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/reports/ready/{kind}", { params: { path: { kind: "settlement" }, query } }),
    placeholderData: keepPreviousData,
    enabled: host !== undefined,
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
            ...periods().map((one) => ({
              value: `${one.from}~${one.to}`,
              label: district(`period.${one.part}`, { from: one.year, to: one.year + 1 }),
            })),
          ]}
          onChange={(next: string) => {
            const [from, to] = next.split("~");
            set({ from: from || undefined, to: to || undefined });
          }}
        />
      </Flex>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && !error && host && <PageSkeleton rows={8} />}
      {!host && <EmptyState title={t("ready.empty")} />}
      {data && (
        <Flex vertical gap={16}>
          <div>
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
