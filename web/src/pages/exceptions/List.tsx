import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Flex, Tabs, Tag, Typography } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, call } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useAccess } from "@/pages/district/access";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { useAddress } from "@/ui/useAddress";
import { Rules } from "./Rules";
import { type Exception, useSaid } from "./words";

const WHICH = ["open", "decided", "gone"] as const;
type Which = (typeof WHICH)[number];
const KINDS = ["two_places", "burst", "unusual_share", "back_dated", "unlisted_result"] as const;

export function Component() {
  const { t } = useTranslation("exceptions");
  const { official } = useAccess();
  const [{ tab }, set] = useAddress("tab");
  const [rules, setRules] = useState(false);
  const label: Record<Which, string> = { open: t("waiting"), decided: t("decided"), gone: t("gone") };
  return (
    <>
      <PageTitle
        lead={t("lead")}
        actions={
          <>
            <Button onClick={() => setRules(true)}>{t("rules.title")}</Button>
            {official && <Look />}
          </>
        }
      >
        {t("title")}
      </PageTitle>
      <Waits />
      <Tabs
        activeKey={WHICH.find((which) => which === tab) ?? "open"}
        onChange={(key) => set({ tab: key === "open" ? undefined : key })}
        destroyOnHidden
        items={WHICH.map((which) => ({ key: which, label: label[which], children: <Table which={which} label={label[which]} /> }))}
      />
      {rules && <Rules onClose={() => setRules(false)} />}
    </>
  );
}

/** How much waits, and when it was last looked. */
function Waits() {
  const { t } = useTranslation("exceptions");
  const { data, error, refetch } = useQuery(getQuery("/api/v1/exceptions/summary"));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data) return null;
  return (
    <Flex gap={16} wrap align="baseline">
      <Typography.Text strong={data.late > 0}>{t("count", { open: data.open, late: data.late, days: data.target_days })}</Typography.Text>
      {data.looked_at && (
        <Typography.Text type="secondary">
          {t("lookedAt")} <DateTime value={data.looked_at} />
        </Typography.Text>
      )}
    </Flex>
  );
}

function Look() {
  const { t } = useTranslation("exceptions");
  const { message } = App.useApp();
  const say = useProblemText();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const look = useMutation({
    mutationFn: () => call(api.POST("/api/v1/exceptions/look", { params: { header: key.header } })),
    onSuccess: (found) => {
      const nothing = found.opened + found.gone + found.verified === 0;
      message.success(nothing ? t("lookedNothing") : t("looked", { ...found }));
    },
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => {
      key.renew();
      return invalidate("/api/v1/exceptions");
    },
  });
  return (
    <Button type="primary" loading={look.isPending} onClick={() => look.mutate()}>
      {t("look")}
    </Button>
  );
}

function Table({ which, label }: { which: Which; label: string }) {
  const { t } = useTranslation("exceptions");
  const said = useSaid();
  const empty: Record<Which, string> = { open: t("none"), decided: t("noneDecided"), gone: t("noneGone") };
  const days = (row: Exception) => Math.floor((Date.now() - Date.parse(row.found_at)) / 86_400_000);
  const columns: Column<Exception>[] = [
    {
      key: "what",
      title: t("what"),
      fixed: true,
      render: (row) => (
        <Flex vertical gap={4} align="start">
          <Tag>{t(`kind.${row.kind}`)}</Tag>
          <Link to={`/exceptions/${row.id}`}>{said(row)}</Link>
        </Flex>
      ),
      csv: said,
    },
    { key: "day", title: t("day"), render: (row) => <DateTime value={row.on_day} style="date" />, csv: (row) => row.on_day },
    ...(which === "open"
      ? [
          {
            key: "since",
            title: t("since"),
            render: (row: Exception) => (row.late ? <Tag color="error">{t("days", { count: days(row) })}</Tag> : t("days", { count: days(row) })),
            csv: (row: Exception) => String(days(row)),
          },
        ]
      : []),
    ...(which === "decided"
      ? [
          { key: "state", title: t("state"), render: (row: Exception) => <State row={row} />, csv: (row: Exception) => row.state },
          { key: "remark", title: t("remark"), render: (row: Exception) => row.remark, csv: (row: Exception) => row.remark },
          { key: "by", title: t("by"), render: (row: Exception) => row.decided_by_name, csv: (row: Exception) => row.decided_by_name ?? "" },
        ]
      : []),
  ];
  return (
    <>
      {which === "gone" && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t("goneLead")} />}
      <DataTable
        name={`exceptions-${which}`}
        label={label}
        source={(page, filters) => getQuery("/api/v1/exceptions", { params: { query: { ...page, which, kind: KINDS.find((kind) => kind === filters.kind) } } })}
        filters={[{ name: "kind", label: t("what"), kind: "select", options: KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) })) }]}
        columns={columns}
        rowKey={(row) => row.id}
        empty={<EmptyState title={empty[which]} {...(which === "open" && { lead: t("noneLead") })} />}
      />
    </>
  );
}

/** How one stands, in words. */
export function State({ row }: { row: Exception }) {
  const { t } = useTranslation("exceptions");
  const state = (["open", "cleared", "upheld", "gone"] as const).find((one) => one === row.state) ?? "open";
  const colour = { open: "warning", cleared: "success", upheld: "error", gone: "default" }[state];
  return <Tag color={colour}>{t(`states.${state}`)}</Tag>;
}
