import { useQuery } from "@tanstack/react-query";
import { Card, Flex } from "antd";
import { type Answer, getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { Chart } from "@/ui/Chart";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { Section } from "./Edition";
import { Reported } from "./Reported";
import type { Edition } from "./words";
import { WideTable } from "@/ui/WideTable";

type Answered = Answer<"/api/v1/editions/{id}/progress">;
type Part = Answered["themes"][number];

const COLUMNS = ["events", "ahead", "persons", "person_times", "schools", "activities"] as const;

/** What came of an edition: all together, by theme, strand and venue. */
export default function Progress({ edition }: { edition: Edition }) {
  const { t } = useTranslation("programmes");
  const named = useNamed();
  const { data, error, isPending, refetch } = useQuery(
    getQuery("/api/v1/editions/{id}/progress", { params: { path: { id: edition.id } } }),
  );
  if (isPending) return <PageSkeleton />;
  if (!data) return <ProblemAlert error={error} retry={refetch} />;
  const name = (part: Part) => (part.id ? named(part.name_zh || part.name_en, part.name_en) : t("progress.rest"));
  const total = [...COLUMNS, "venues", "cancelled"] as const;
  const parts = (title: string, of: Part[]) =>
    of.length > 0 && (
      <>
        <h3 style={{ fontSize: 16, margin: "20px 0 8px" }}>{title}</h3>
        <WideTable
          aria-label={title}
          rowKey={(row) => row.id ?? "rest"}
          dataSource={of}
          pagination={of.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t("field.name_zh"), key: "name", render: (_: unknown, row: Part) => name(row) },
            ...COLUMNS.map((column) => ({ title: t(`progress.${column}`), key: column, dataIndex: column, align: "right" as const })),
          ]}
        />
      </>
    );
  return (
    <>
      <Section
        title={t("progress.title")}
        action={
          <Muted>
            {t("progress.asOf")} <DateTime value={data.as_of} />
          </Muted>
        }
      >
        <dl style={{ display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(110px, 1fr))", gap: 12, margin: 0 }}>
          {total.map((column) => (
            <Flex vertical key={column}>
              <dt>
                <Muted>{t(`progress.${column}`)}</Muted>
              </dt>
              <dd className="kepu-numbers" style={{ margin: 0, fontSize: 22 }}>
                {data.total[column]}
              </dd>
            </Flex>
          ))}
        </dl>
        <Muted block style={{ marginTop: 8 }}>
          {t("progress.note")}
        </Muted>
        {parts(t("progress.byVenue"), data.venues)}
        {parts(t("progress.byStrand"), data.strands)}
      </Section>
      <div style={{ marginTop: 16 }}>
        <Chart
          title={t("progress.byTheme")}
          option={{
            grid: { left: 8, right: 16, top: 24, bottom: 8, containLabel: true },
            xAxis: { type: "category", data: data.themes.map(name), axisLabel: { interval: 0, hideOverlap: true } },
            yAxis: { type: "value", minInterval: 1 },
            tooltip: { trigger: "axis", confine: true },
            series: [{ type: "bar", data: data.themes.map((one) => one.events), barMaxWidth: 40, name: t("progress.events") }],
          }}
          table={{
            columns: [t("field.theme"), ...COLUMNS.map((column) => t(`progress.${column}`))],
            rows: data.themes.map((one) => ({ key: one.id ?? "rest", cells: [name(one), ...COLUMNS.map((column) => one[column])] })),
          }}
        />
      </div>
      {data.reported.length > 0 && (
        <Card style={{ marginTop: 16 }} title={<h2 style={{ fontSize: 18, margin: 0 }}>{t("progress.reported")}</h2>}>
          <Reported rows={data.reported} />
        </Card>
      )}
    </>
  );
}
