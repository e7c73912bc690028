import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex, Form, Input, Progress, Select, Tag } from "antd";
import { useMemo, useState } from "react";
import { api, call, newIdempotencyKey, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed, useText } from "@/i18n/useText";
import { useAccess } from "@/pages/district/access";
import { FormModal } from "@/pages/district/FormModal";
import { Period } from "@/pages/district/reports/Frame";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { usePeriods } from "@/ui/score/periods";
import { usePolicy } from "@/ui/score/policy";
import { WideTable } from "@/ui/WideTable";
import { useSaveFile } from "@/ui/saveFile";
import { today } from "@/ui/time";

const open = (pack: Schemas["ReportPack"]) => pack.state === "waiting" || pack.state === "making";

/** All ready reports of a period in one workbook and one paper, made in the background. */
export function Packs() {
  const { t } = useTranslation("reports");
  const { official } = useAccess();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const { busy, save } = useSaveFile();
  const [asking, setAsking] = useState(false);
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/report-packs"),
    refetchInterval: ({ state }) => (state.data?.items.some(open) ? 1500 : false),
  });
  return (
    <Card
      title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("kept.packs")}</h2>}
      extra={
        official && (
          <Button type="primary" disabled={data?.items.some((pack) => open(pack) && !pack.automatic) ?? false} onClick={() => setAsking(true)}>
            {t("kept.make")}
          </Button>
        )
      }
      styles={{ body: { padding: 0 } }}
    >
      <Muted block style={{ padding: "12px 16px" }}>
        {t("kept.packsLead")}
      </Muted>
      <ProblemAlert error={error} retry={refetch} />
      <WideTable<Schemas["ReportPack"]>
        aria-label={t("kept.packs")}
        rowKey="id"
        loading={isPending && !error}
        dataSource={data?.items ?? []}
        pagination={(data?.items.length ?? 0) > 10 ? { pageSize: 10, showSizeChanger: false } : false}
        locale={{ emptyText: <EmptyState title={t("kept.packsNone")} /> }}
        columns={[
          {
            key: "name",
            title: t("save.name"),
            render: (_, row) => (
              <>
                {row.name} {row.automatic && <Tag>{t("kept.automatic")}</Tag>}
              </>
            ),
          },
          { key: "period", title: t("kept.period"), render: (_, row) => (row.term ? <TermName term={row.term} /> : <Period from={row.from} to={row.to} />) },
          { key: "state", title: t("kept.state"), render: (_, row) => <PackState pack={row} /> },
          {
            key: "files",
            title: t("kept.files"),
            render: (_, row) => (
              <Flex gap={4}>
                {row.files.map((file) => (
                  <Button
                    key={file.name}
                    disabled={busy}
                    onClick={() => void save(`/api/v1/report-packs/${row.id}/files/${file.name}`, row.name)}
                  >
                    {file.name.endsWith(".pdf") ? t("kept.pdf") : t("kept.xlsx")}
                  </Button>
                ))}
              </Flex>
            ),
          },
          { key: "asked", title: t("kept.askedAt"), render: (_, row) => <DateTime value={row.asked_at} /> },
        ]}
      />
      {asking && (
        <AskPack
          onDone={() => {
            setAsking(false);
            void invalidate("/api/v1/report-packs");
            message.success(t("kept.making"));
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </Card>
  );
}

/** A term as the policies by which the district scores now call it, or else by its own name. */
function TermName({ term }: { term: string }) {
  const { t } = useTranslation("district");
  const named = useNamed();
  const { all } = usePolicy();
  const known = all.flatMap((policy) => policy.terms).find((one) => one.id === term);
  if (!known) return term;
  const title = named(known.title_zh, known.title_en);
  const year = known.school_year;
  return year === null || year === undefined ? title : t("period.term", { from: year, to: year + 1, title });
}

function PackState({ pack }: { pack: Schemas["ReportPack"] }) {
  const { t } = useTranslation("reports");
  const text = useText();
  if (pack.state === "ready") return <Tag color="success">{t("kept.ready")}</Tag>;
  if (pack.state === "waiting") return <Tag>{t("kept.waiting")}</Tag>;
  if (pack.state === "failed")
    return (
      <Tag color="error">
        {t("kept.failed", { why: pack.problem === "stopped" ? t("kept.stopped") : text(`common:problem.code.${pack.problem}`, {}, pack.problem) })}
      </Tag>
    );
  const label = t("kept.progress", { done: pack.done, total: pack.total });
  return (
    <div style={{ minWidth: 160 }}>
      <Progress aria-label={label} percent={Math.round((pack.done / Math.max(pack.total, 1)) * 100)} size="small" />
      <Muted>{label}</Muted>
    </div>
  );
}

/** Months and terms that have begun, the newest first. */
function useBegun() {
  const { t } = useTranslation("reports");
  const periods = usePeriods();
  return useMemo(() => {
    const [year = 0, month = 0] = today().split("-").map(Number);
    const months = Array.from({ length: 12 }, (_, back) => {
      const at = new Date(Date.UTC(year, month - 1 - back, 1));
      const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0));
      const day = (date: Date) => date.toISOString().slice(0, 10);
      return { value: `${day(at)}~${day(last)}`, label: t("kept.monthOf", { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1 }) };
    });
    const terms = periods.flatMap(({ value, label, from, term }) => (term === undefined || from > today() ? [] : [{ value, label }]));
    return { months, terms };
  }, [t, periods]);
}

function AskPack({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation("reports");
  const { t: common } = useTranslation();
  const { lang } = useLanguage();
  const { months, terms } = useBegun();
  const policy = usePolicy();
  const label = (value: string) => [...months, ...terms].find((one) => one.value === value)?.label ?? "";
  const required = { required: true, message: common("problem.field.required") };
  return (
    <FormModal<{ period: string; name?: string }, Schemas["ReportPack"]>
      title={t("kept.make")}
      okText={t("kept.make")}
      initial={{ period: months[0]?.value ?? "" }}
      send={({ period, name }) => {
        const [from, to] = period.split("~");
        return call(
          api.POST("/api/v1/report-packs", {
            params: { header: { "Idempotency-Key": newIdempotencyKey() } },
            body: { name: name?.trim() || label(period), from: from ?? null, to: to ?? null, ...policy.query, lang },
          }),
        );
      }}
      onDone={onDone}
      onClose={onClose}
    >
      <Form.Item name="period" label={t("kept.period")} rules={[required]}>
        <Select
          aria-label={t("kept.period")}
          options={[
            { label: t("kept.month"), options: months },
            { label: t("kept.term"), options: terms },
          ]}
        />
      </Form.Item>
      <Form.Item name="name" label={t("save.name")}>
        <Input maxLength={80} />
      </Form.Item>
      {policy.choice}
    </FormModal>
  );
}
