import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex, Form, Input, Popconfirm, Progress, Select, Tag } from "antd";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { api, call, newIdempotencyKey, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useText } from "@/i18n/useText";
import { useAccess } from "@/pages/district/access";
import { FormModal } from "@/pages/district/FormModal";
import { Period, ReportTabs } from "@/pages/district/reports/Frame";
import { periods } from "@/pages/district/reports/filters";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { WideTable } from "@/ui/WideTable";
import { useSaveFile } from "@/ui/saveFile";
import { today } from "@/ui/time";

/** Reports that are kept: packs of a period, and what one has saved oneself. */
export function Component() {
  const { t } = useTranslation("reports");
  return (
    <>
      <PageTitle>{t("kept.title")}</PageTitle>
      <ReportTabs here="kept" />
      <Flex vertical gap={16}>
        <Packs />
        <SavedReports />
      </Flex>
    </>
  );
}

const open = (pack: Schemas["ReportPack"]) => pack.state === "waiting" || pack.state === "making";

function Packs() {
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

/** A term as people call it; one that a policy dates itself keeps its own name. */
function TermName({ term }: { term: string }) {
  const { t } = useTranslation("reports");
  const [, year, part] = /^(\d{4})-(autumn|spring)$/.exec(term) ?? [];
  if (!year || (part !== "autumn" && part !== "spring")) return term;
  return t(`kept.${part}`, { from: Number(year), to: Number(year) + 1 });
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
function usePeriods() {
  const { t } = useTranslation("reports");
  return useMemo(() => {
    const [year = 0, month = 0] = today().split("-").map(Number);
    const months = Array.from({ length: 12 }, (_, back) => {
      const at = new Date(Date.UTC(year, month - 1 - back, 1));
      const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0));
      const day = (date: Date) => date.toISOString().slice(0, 10);
      return { value: `${day(at)}~${day(last)}`, label: t("kept.monthOf", { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1 }) };
    });
    const terms = periods().flatMap((one) =>
      one.part === "year" || one.from > today()
        ? []
        : [{ value: `${one.from}~${one.to}`, label: t(`kept.${one.part}`, { from: one.year, to: one.year + 1 }) }],
    );
    return { months, terms };
  }, [t]);
}

function AskPack({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation("reports");
  const { t: common } = useTranslation();
  const { lang } = useLanguage();
  const { months, terms } = usePeriods();
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
            body: { name: name?.trim() || label(period), from: from ?? null, to: to ?? null, lang },
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
    </FormModal>
  );
}

function SavedReports() {
  const { t } = useTranslation("reports");
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/saved-reports"));
  const remove = useMutation({
    mutationFn: (id: string) => call(api.DELETE("/api/v1/saved-reports/{id}", { params: { path: { id } } })),
    onSuccess: () => {
      void invalidate("/api/v1/saved-reports");
      message.success(t("kept.removed"));
    },
  });
  const copy = async (id: string) => {
    await navigator.clipboard.writeText(`${location.origin}/saved-reports/${id}`);
    message.success(t("save.copied"));
  };
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("kept.saved")}</h2>} styles={{ body: { padding: 0 } }}>
      <ProblemAlert error={error ?? remove.error} retry={refetch} />
      <WideTable<Schemas["SavedReport"]>
        aria-label={t("kept.saved")}
        rowKey="id"
        loading={isPending && !error}
        dataSource={data?.items ?? []}
        pagination={(data?.items.length ?? 0) > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        locale={{ emptyText: <EmptyState title={t("kept.savedNone")} lead={t("kept.savedLead")} /> }}
        columns={[
          { key: "name", title: t("save.name"), render: (_, row) => <Link to={`/saved-reports/${row.id}`}>{row.name}</Link> },
          { key: "kind", title: t("kept.kind"), render: (_, row) => t(`ready.${row.kind}`) },
          { key: "at", title: t("kept.savedAt"), render: (_, row) => <DateTime value={row.saved_at} /> },
          {
            key: "act",
            title: t("acts"),
            render: (_, row) => (
              <Flex gap={4}>
                <Button size="small" onClick={() => void copy(row.id)}>
                  {t("save.link")}
                </Button>
                <Popconfirm title={t("kept.removeAsk")} okText={t("kept.remove")} onConfirm={() => remove.mutateAsync(row.id)}>
                  <Button size="small" type="link" danger>
                    {t("kept.remove")}
                  </Button>
                </Popconfirm>
              </Flex>
            ),
          },
        ]}
      />
    </Card>
  );
}
