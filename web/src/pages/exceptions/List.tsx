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
import { OrganizationSelect, SchoolSelect } from "@/pages/district/pick";
import { useAddress } from "@/ui/useAddress";
import { Rules } from "./Rules";
import { type Exception, useSaid } from "./words";

const WHICH = ["open", "decided", "gone", "all"] as const;
type Which = (typeof WHICH)[number];
const DECIDED = ["cleared", "upheld"] as const;
const KINDS = ["two_places", "burst", "unusual_share", "back_dated", "unlisted_result"] as const;

export function Component() {
  const { t } = useTranslation("exceptions");
  const { official } = useAccess();
  const [{ tab }, set] = useAddress("tab");
  const [rules, setRules] = useState(false);
  const label: Record<Which, string> = { open: t("waiting"), decided: t("decided"), gone: t("gone"), all: t("all") };
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
  const empty: Record<Which, string> = { open: t("none"), decided: t("noneDecided"), gone: t("noneGone"), all: t("noneDecided") };
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
    ...(which === "all"
      ? [{ key: "state", title: t("state"), render: (row: Exception) => <State row={row} />, csv: (row: Exception) => row.state }]
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
        source={(page, filters) =>
          getQuery("/api/v1/exceptions", {
            params: {
              query: {
                ...page,
                which: (which === "decided" && DECIDED.find((state) => state === filters.state)) || which,
                kind: KINDS.find((kind) => kind === filters.kind),
                ...(filters.host && { host: filters.host }),
                ...(filters.school && { school: filters.school }),
                ...(filters.from && { from: filters.from }),
                ...(filters.to && { to: filters.to }),
                ...(filters.late && { late: filters.late === "true" }),
              },
            },
          })
        }
        filters={[
          { name: "kind", label: t("what"), kind: "select", options: KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) })) },
          which === "decided"
            ? { name: "state", label: t("state"), kind: "select", options: DECIDED.map((state) => ({ value: state, label: t(`states.${state}`) })) }
            : { name: "state", label: t("state"), kind: "silent" },
          which === "open"
            ? { name: "late", label: t("late"), kind: "select", options: [{ value: "true", label: t("lateOnly") }] }
            : { name: "late", label: t("late"), kind: "silent" },
          { name: "host", label: t("host"), kind: "own", field: (value, set, id) => <OrganizationSelect id={id} label={t("host")} value={value} onChange={set} /> },
          { name: "school", label: t("school"), kind: "own", field: (value, set, id) => <SchoolSelect id={id} value={value} onChange={set} /> },
          { name: "from", label: t("from"), kind: "date" },
          { name: "to", label: t("to"), kind: "date" },
        ]}
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
