import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Descriptions, Drawer, Flex } from "antd";
import { useState } from "react";
import { api, call } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { formatTime } from "@/ui/time";
import { Code } from "./Code";
import { DeliveryState } from "./State";
import { type Delivery, pretty, STATES, useAnswer, type Webhook } from "./words";

/** What an endpoint is and was told; `every` so many milliseconds it is read again. */
export function Deliveries({ of, manages, every }: { of: Webhook; manages: boolean; every: number | false }) {
  const { t } = useTranslation("connections");
  const { language } = useLanguage();
  const answer = useAnswer();
  const [shown, setShown] = useState<string>();
  const named = (row: Delivery) => ({ kind: t(`kind.${row.kind}`), time: formatTime(row.occurred_at, "datetime", language) });
  const said = (row: Delivery) => answer({ status: row.last_status, failure: row.last_failure });
  const columns: Column<Delivery>[] = [
    {
      key: "kind",
      title: t("delivery.kind"),
      fixed: true,
      render: (row) => (
        <Button type="link" style={{ padding: 0 }} aria-label={t("delivery.showOne", named(row))} onClick={() => setShown(row.id)}>
          {t(`kind.${row.kind}`)}
        </Button>
      ),
      csv: (row) => row.kind,
    },
    { key: "occurred", title: t("delivery.occurred"), render: (row) => <DateTime value={row.occurred_at} />, csv: (row) => row.occurred_at },
    { key: "state", title: t("delivery.state"), render: (row) => <DeliveryState of={row} />, csv: (row) => row.state },
    { key: "answer", title: t("delivery.answer"), render: said, csv: said },
    { key: "due", title: t("delivery.due"), render: (row) => <DateTime value={row.due_at} />, csv: (row) => row.due_at ?? "" },
    { key: "id", title: t("delivery.id"), hidden: true, render: (row) => row.message_id, csv: (row) => row.message_id },
    ...(manages
      ? [
          {
            key: "acts",
            title: t("delivery.acts"),
            render: (row: Delivery) =>
              row.state !== "cancelled" && (
                <Resend of={row} label={t("delivery.resendOne", named(row))} />
              ),
          },
        ]
      : []),
  ];
  return (
    <section>
      <h2 style={{ fontSize: 18, margin: "0 0 8px" }}>{t("deliveries")}</h2>
      <DataTable
        name="webhook-deliveries"
        label={t("deliveries")}
        source={(page, filters) => ({
          ...getQuery("/api/v1/webhooks/{id}/deliveries", {
            params: { path: { id: of.id }, query: { ...page, state: STATES.find((state) => state === filters.state) } },
          }),
          refetchInterval: every,
        })}
        filters={[{ name: "state", label: t("delivery.state"), kind: "select", options: STATES.map((state) => ({ value: state, label: t(`states.${state}`) })) }]}
        columns={columns}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t("deliveriesNone")} lead={t("deliveriesNoneLead")} />}
      />
      <Drawer open={shown !== undefined} title={t("delivery.one")} size="large" destroyOnHidden onClose={() => setShown(undefined)}>
        {shown && <Detail id={shown} />}
      </Drawer>
    </section>
  );
}

function Resend({ of, label }: { of: Delivery; label: string }) {
  const { t } = useTranslation("connections");
  const { message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const resend = useMutation({
    mutationFn: () => call(api.POST("/api/v1/webhook-deliveries/{id}/resend", { params: { path: { id: of.id } } })),
    onSuccess: () => message.success(t("delivery.resent")),
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => invalidate("/api/v1/webhook"),
  });
  return (
    <Button size="small" aria-label={label} loading={resend.isPending} onClick={() => resend.mutate()}>
      {t("delivery.resend")}
    </Button>
  );
}

/** What was sent, and what came of each attempt. */
function Detail({ id }: { id: string }) {
  const { t } = useTranslation("connections");
  const answer = useAnswer();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/webhook-deliveries/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton rows={2} />;
  if (!data) return <ProblemAlert error={error} retry={refetch} />;
  return (
    <Flex vertical gap={12}>
      <Descriptions
        size="small"
        column={1}
        items={[
          { key: "kind", label: t("delivery.kind"), children: t(`kind.${data.kind}`) },
          { key: "state", label: t("delivery.state"), children: <DeliveryState of={data} /> },
          { key: "id", label: t("delivery.id"), children: <span style={{ overflowWrap: "anywhere" }}>{data.message_id}</span> },
        ]}
      />
      <div>
        <strong>{t("delivery.body")}</strong>
        <Code text={pretty(data.body)} />
      </div>
      <div>
        <strong>{t("delivery.attempts")}</strong>
        {data.attempts.length === 0 && <Muted block>{t("delivery.none")}</Muted>}
        <ol style={{ margin: 0, paddingInlineStart: "1.6em" }}>
          {data.attempts.map((attempt) => (
            <li key={attempt.at}>
              <DateTime value={attempt.at} /> · <strong>{answer(attempt)}</strong> · <Muted>{t("delivery.took", { ms: attempt.duration_ms })}</Muted>
              <div style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
                <Muted>{attempt.answer || t("delivery.empty")}</Muted>
              </div>
            </li>
          ))}
        </ol>
      </div>
    </Flex>
  );
}
