import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Form, Input, Popconfirm } from "antd";
import { Link } from "react-router";
import { api, call } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { ChildSwitch, useWhose } from "@/pages/student/whose";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { TakeBack } from "./Erasure";
import { State, WhatGoes } from "./words";

/** A family asks that a person be erased, and takes it back. */
export function Component() {
  const { t } = useTranslation("erasures");
  const whose = useWhose();
  const { person } = whose;
  return (
    <div style={{ maxWidth: 960 }}>
      <PageTitle {...(person && { lead: t("mine.lead", { name: person.name }) })}>{t("mine.title")}</PageTitle>
      <ChildSwitch whose={whose} />
      {person ? <Of key={person.id} id={person.id} name={person.name} /> : <EmptyState title={t("mine.nobody")} />}
    </div>
  );
}

function Of({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation("erasures");
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/erasures", { params: { query: { person: id, limit: 20 } } }));
  if (isPending) return <PageSkeleton />;
  if (!data) return <ProblemAlert error={error} retry={refetch} />;
  const last = data.items[0];
  const open = data.items.find(({ state }) => state === "requested" || state === "approved");
  return (
    <>
      {open && (
        <Card size="small" style={{ marginBottom: 16 }}>
          <Flex gap={12} wrap align="center" justify="space-between">
            <div>
              <State state={open.state} /> {t(open.state === "approved" ? "mine.approved" : "mine.requested")}{" "}
              <strong>{open.due_at && <DateTime value={open.due_at} />}</strong>
            </div>
            <TakeBack of={open} />
          </Flex>
        </Card>
      )}
      {!open && last?.state === "refused" && <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("mine.refused", { note: last.note })} />}
      {!open && (
        <Alert
          type="warning"
          showIcon
          title={t("mine.first")}
          action={
            <Link to="/student/credits">{t("mine.firstLink")}</Link>
          }
        />
      )}
      <WhatGoes />
      {!open && <Ask id={id} name={name} />}
    </>
  );
}

function Ask({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation("erasures");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ reason?: string }>();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const ask = useMutation({
    mutationFn: (reason: string) => call(api.POST("/api/v1/erasures", { params: { header: key.header }, body: { person_id: id, reason } })),
    onSuccess: () => message.success(t("mine.asked")),
    onSettled: () => {
      key.renew();
      return invalidate("/api/v1/erasures");
    },
  });
  return (
    <Form form={form} layout="vertical" onFinish={({ reason = "" }) => ask.mutate(reason)}>
      <ProblemAlert error={ask.error} />
      <Form.Item name="reason" label={t("mine.reason")}>
        <Input.TextArea maxLength={400} autoSize={{ minRows: 2, maxRows: 6 }} />
      </Form.Item>
      <Popconfirm
        title={t("mine.askSure", { name })}
        okText={t("mine.ask")}
        cancelText={common("action.cancel")}
        okButtonProps={{ danger: true }}
        onConfirm={() => form.submit()}
      >
        <Button danger loading={ask.isPending}>
          {t("mine.ask")}
        </Button>
      </Popconfirm>
    </Form>
  );
}
