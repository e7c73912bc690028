import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Dropdown, Flex, Select, Statistic } from "antd";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { WideTable } from "@/ui/WideTable";
import { usePolicy } from "@/ui/score/policy";
import { today } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import { monthOf, schoolYearOf } from "./day";
import type { Host } from "./hosts";

/** What the host has done in a period, by the schools that came. */
export default function Figures({ host, named: withName }: { host: Host; named: boolean }) {
  const { t } = useTranslation("base");
  const named = useNamed();
  const { lang } = useLanguage();
  const [address, setAddress] = useAddress("period");
  const day = today();
  const policy = usePolicy();
  const [now, before] = policy.meant?.school_years ?? [];
  const span = ({ from, to }: { from: string; to: string }) => ({ from, to });
  const year = now ? span(now) : schoolYearOf(day);
  const month = monthOf(day);
  const periods = {
    year,
    last: before ? span(before) : schoolYearOf(`${Number(year.from.slice(0, 4))}-08-31`),
    month: { from: month.first, to: month.last },
    all: {},
  };
  const period = address.period && address.period in periods ? (address.period as keyof typeof periods) : "year";
  const query = { host: host.id, lang, ...policy.query, ...periods[period] };
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/reports/hosts", { params: { query } }),
    enabled: policy.ready,
  });
  const link = (format: string) => `/api/v1/reports/hosts?${new URLSearchParams({ ...query, format })}`;
  const totals = data?.totals;
  const shown = totals && [
    [t("figures.sessions"), totals.sessions],
    [t("figures.participants"), totals.participants],
    [t("figures.confirmed"), totals.confirmed],
    [t("figures.rejected"), totals.rejected],
    [t("figures.absent"), totals.absent],
    [t("figures.waiting"), totals.waiting],
    [t("figures.credits"), totals.credits],
  ];
  const numbers = ["sessions", "participants", "confirmed", "rejected", "waiting"] as const;
  return (
    <Card
      style={{ marginBottom: 20 }}
      title={<h2 style={{ margin: 0, fontSize: 18 }}>{withName ? t("figures.titleOf", { name: host.name }) : t("figures.title")}</h2>}
      extra={
        <Flex gap={8} wrap className="kepu-no-print">
          {policy.choice}
          <Select
            aria-label={t("figures.period")}
            value={period}
            onChange={(next) => setAddress({ period: next === "year" ? undefined : next })}
            popupMatchSelectWidth={false}
            options={(["year", "last", "month", "all"] as const).map((value) => ({ value, label: t(`figures.${value}`) }))}
          />
          <Dropdown
            trigger={["click"]}
            menu={{
              items: ["xlsx", "csv"].map((format) => ({
                key: format,
                label: (
                  <a href={link(format)} download>
                    {format.toUpperCase()}
                  </a>
                ),
              })),
            }}
          >
            <Button icon={<DownloadOutlined aria-hidden />} aria-haspopup="menu" aria-label={t("figures.export")} />
          </Dropdown>
        </Flex>
      }
    >
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <PageSkeleton />}
      {shown && (
        <div
          style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(auto-fit, minmax(104px, 1fr))", marginBottom: 20 }}
        >
          {shown.map(([title, value]) => (
            <Statistic key={title} title={title} value={value ?? ""} groupSeparator="" formatter={(text) => text} />
          ))}
        </div>
      )}
      {data && (
        <WideTable
          aria-label={t("figures.bySchool")}
          rowKey={(row) => row.school_id ?? "none"}
          dataSource={data.by_school}
          locale={{ emptyText: t("figures.none") }}
          pagination={data.by_school.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t("figures.school"), render: (_, row) => row.name ?? t("figures.noSchool") },
            ...numbers.map((word) => ({
              title: t(`figures.${word}`),
              dataIndex: word,
              align: "right" as const,
              className: "kepu-numbers",
              sorter: (a: Record<typeof word, number>, b: Record<typeof word, number>) => a[word] - b[word],
            })),
            { title: t("figures.credits"), align: "right", render: (_, row) => <Credit value={row.credits} /> },
          ]}
        />
      )}
      {data && (
        <Muted block style={{ margin: "12px 0 0", fontSize: 13 }}>
          {t("figures.policy", { title: named(data.policy.title_zh, data.policy.title_en), version: data.policy.version })}
          {data.policy.illustrative && ` ${t("figures.illustrative")}`}
        </Muted>
      )}
    </Card>
  );
}
