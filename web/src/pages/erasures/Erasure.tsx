import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Descriptions, Flex, Form, Input, InputNumber, Popconfirm } from "antd";
import { useParams } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useAccess } from "@/pages/district/access";
import { DateTime } from "@/ui/DateTime";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useStep } from "./useStep";
import { Counts, State, WhatGoes } from "./words";

type Detail = Schemas["ErasureDetail"];

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("erasures");
  const named = useNamed();
  const { official } = useAccess();
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/erasures/{id}", { params: { path: { id } } }),
    // What is due is done within moments; the page follows.
    refetchInterval: ({ state }) => (state.data?.state === "approved" && Date.parse(state.data.due_at ?? "") <= Date.now() ? 2000 : false),
  });
  if (isPending) return <PageSkeleton />;
  if (!data)
    return (
      <>
        <PageTitle>{t("what")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  const open = data.state === "requested" || data.state === "approved";
  const said = (label: string, key: string, children: React.ReactNode) => (children ? [{ key, label, children }] : []);
  return (
    <>
      <PageTitle before={<State state={data.state} />} actions={official && open && <TakeBack of={data} />}>
        {data.person_name ?? t("erased")}
      </PageTitle>
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, lg: 3 }}
        style={{ marginBottom: 16 }}
        items={[
          ...said(t("person"), "person", data.person_id && <PersonLink id={data.person_id} name={data.person_name ?? ""} />),
          ...said(t("number"), "number", data.person_number),
          ...said(t("school"), "school", data.school_name_zh && named(data.school_name_zh, data.school_name_en ?? "")),
          { key: "channel", label: t("channel"), children: t(`channels.${data.channel}`) },
          { key: "asked", label: t("asked"), children: <DateTime value={data.asked_at} /> },
          ...said(t("askedBy"), "askedBy", data.asked_by_name),
          ...said(t("reason"), "reason", data.reason),
          ...said(t("decided"), "decided", data.decided_at && <DateTime value={data.decided_at} />),
          ...said(t("decidedBy"), "decidedBy", data.decided_by_name),
          ...said(t("note"), "note", data.note),
          ...said(t("due"), "due", data.due_at && <DateTime value={data.due_at} />),
          ...said(t("doneAt"), "done", data.done_at && <DateTime value={data.done_at} />),
        ]}
      />
      {data.held && <Counts title={t("held")} of={data.held} />}
      {data.gone && <Counts title={t("gone")} of={data.gone} />}
      <WhatGoes />
      {official && data.state === "requested" && (data.is_own ? <Alert type="warning" showIcon title={t("own")} /> : <Decide of={data} />)}
    </>
  );
}

function Decide({ of }: { of: Detail }) {
  const { t } = useTranslation("erasures");
  const { t: common } = useTranslation();
  const [agreeing] = Form.useForm<{ wait_days: number; note?: string }>();
  const [refusing] = Form.useForm<{ reason: string }>();
  const step = useStep(of);
  const days = Form.useWatch("wait_days", agreeing) ?? 7;
  return (
    <>
      <ProblemAlert error={step.error} />
      <Flex gap={16} wrap align="stretch">
        <Card size="small" style={{ flex: "1 1 320px" }}>
          <Form
            form={agreeing}
            layout="vertical"
            requiredMark={false}
            initialValues={{ wait_days: 7 }}
            onFinish={({ wait_days, note = "" }) => step.mutate({ step: "approve", body: { wait_days, note } })}
          >
            <Form.Item name="wait_days" label={t("wait")} extra={t("waitHelp")} rules={[{ required: true, message: common("problem.field.required") }]}>
              <InputNumber min={0} max={60} precision={0} style={{ width: 140 }} />
            </Form.Item>
            <Form.Item name="note" label={t("note")}>
              <Input maxLength={400} />
            </Form.Item>
            <Popconfirm
              title={days === 0 ? t("approveNow") : t("approveSure", { count: days })}
              okText={t("approve")}
              cancelText={common("action.cancel")}
              okButtonProps={{ danger: true }}
              onConfirm={() => agreeing.submit()}
            >
              <Button danger type="primary" loading={step.isPending}>
                {t("approve")}
              </Button>
            </Popconfirm>
          </Form>
        </Card>
        <Card size="small" style={{ flex: "1 1 320px" }}>
          <Form form={refusing} layout="vertical" requiredMark={false} onFinish={(body) => step.mutate({ step: "refuse", body })}>
            <Form.Item name="reason" label={t("refuseReason")} rules={[{ required: true, whitespace: true, message: t("refuseMissing") }]}>
              <Input.TextArea maxLength={400} autoSize={{ minRows: 2, maxRows: 6 }} />
            </Form.Item>
            <Button htmlType="submit" disabled={step.isPending}>
              {t("refuse")}
            </Button>
          </Form>
        </Card>
      </Flex>
    </>
  );
}

/** It is not wanted any more. */
export function TakeBack({ of }: { of: Schemas["ErasureView"] }) {
  const { t } = useTranslation("erasures");
  const { t: common } = useTranslation();
  const step = useStep(of);
  return (
    <>
      <ProblemAlert error={step.error} />
      <Popconfirm
        title={t("takeBackSure")}
        okText={t("takeBack")}
        cancelText={common("action.cancel")}
        onConfirm={() => step.mutate({ step: "take-back", body: { note: "" } })}
      >
        <Button loading={step.isPending}>{t("takeBack")}</Button>
      </Popconfirm>
    </>
  );
}
