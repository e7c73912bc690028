import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Flex, Form, Input, Modal, Progress, Radio, Tabs, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call, newIdempotencyKey, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { ReasonList } from "@/ui/ReasonList";
import { useAddress } from "@/ui/useAddress";
import { useAccess } from "./access";
import { AccountName, useSchools } from "./pick";

type Flag = Schemas["Flag"];
type Decision = Schemas["Decision"];

export function Component() {
  const { t } = useTranslation("district");
  const [{ tab }, set] = useAddress("tab");
  return (
    <>
      <PageTitle lead={t("flags.lead")}>{t("flags.title")}</PageTitle>
      <Tabs
        activeKey={tab ?? "waiting"}
        onChange={(key) => set({ tab: key === "waiting" ? undefined : key })}
        destroyOnHidden
        items={[
          { key: "waiting", label: t("flags.waiting"), children: <Waiting /> },
          { key: "decided", label: t("flags.decided"), children: <Decided /> },
        ]}
      />
    </>
  );
}

function Waiting() {
  const { t } = useTranslation("district");
  const { official } = useAccess();
  const { nameOf } = useSchools();
  const [ticked, setTicked] = useState<string[]>([]);
  const [rows, setRows] = useState<Map<string, Flag>>(new Map());
  const [open, setOpen] = useState<Flag[]>();
  const columns: Column<Flag>[] = [
    { key: "person", title: t("col.person"), fixed: true, render: (row) => <PersonLink id={row.person_id} name={row.name} />, csv: (row) => row.name },
    { key: "school", title: t("col.school"), render: (row) => nameOf(row.school_id), csv: (row) => nameOf(row.school_id) },
    { key: "day", title: t("col.day"), render: (row) => <DateTime value={row.on_day} style="date" />, csv: (row) => row.on_day },
    { key: "counted", title: t("flags.countedNow"), render: (row) => <Credit value={row.counted} />, csv: (row) => row.counted, align: "right" },
    { key: "policy", title: t("filter.policy"), render: (row) => <code>{row.policy_id}</code>, csv: (row) => row.policy_id, hidden: true },
    ...(official
      ? [
          {
            key: "act",
            title: t("flags.decide"),
            fixed: true,
            render: (row: Flag) => (
              <Button size="small" aria-label={t("flags.decideFor", { person: row.name })} onClick={() => setOpen([row])}>
                {t("flags.decide")}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <DataTable
        name="flags"
        label={t("flags.waiting")}
        source={(page) => getQuery("/api/v1/soft-flags", { params: { query: page } })}
        columns={columns}
        rowKey={(row) => row.record_id}
        {...(official && {
          selection: {
            keys: ticked,
            onChange: (keys: string[], picked: Flag[]) => {
              setTicked(keys);
              setRows((known) => new Map([...known, ...picked.filter(Boolean).map((row) => [row.record_id, row] as const)]));
            },
            label: (row: Flag) => t("flags.decideFor", { person: row.name }),
          },
        })}
        actions={
          ticked.length > 0 && (
            <Button type="primary" onClick={() => setOpen(ticked.flatMap((key) => rows.get(key) ?? []))}>
              {t("flags.decideMany", { count: ticked.length })}
            </Button>
          )
        }
        expand={(row) => <Broken flag={row} />}
        empty={<EmptyState title={t("flags.none")} lead={t("flags.noneLead")} />}
      />
      {open && (
        <Decide
          flags={open}
          onClose={(done) => {
            setOpen(undefined);
            if (done) setTicked([]);
          }}
        />
      )}
    </>
  );
}

/** What a flagged record is, and which soft rule it breaks: its sheet says, which is read when somebody looks. */
function Broken({ flag }: { flag: Flag }) {
  const { lang } = useLanguage();
  const named = useNamed();
  const { data, error, isPending, refetch } = useQuery(
    getQuery("/api/v1/persons/{id}/score", { params: { path: { id: flag.person_id }, query: { policy: flag.policy_id, lang } } }),
  );
  const line = data?.lines.find((one) => one.record_id === flag.record_id);
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (isPending) return <PageSkeleton rows={1} />;
  return (
    line && (
      <>
        {named(line.title_zh, line.title_en)} · {line.host_name} · <DateTime value={line.starts_at} />
        <ReasonList reasons={line.reasons} />
      </>
    )
  );
}

/** The soft rule that a record breaks: its sheet says. */
async function ruleOf(flag: Flag): Promise<string | undefined> {
  const sheet = await call(
    api.GET("/api/v1/persons/{id}/score", { params: { path: { id: flag.person_id }, query: { policy: flag.policy_id } } }),
  );
  const line = sheet.lines.find((one) => one.record_id === flag.record_id);
  const rule = line?.reasons.find((reason) => reason.code === "flagged")?.params as { rule?: unknown } | undefined;
  return typeof rule?.rule === "string" ? rule.rule : undefined;
}

function Decide({ flags, onClose }: { flags: Flag[]; onClose: (done: boolean) => void }) {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const { lang } = useLanguage();
  const named = useNamed();
  const { message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<{ decision: Schemas["DecisionWord"]; reason: string }>();
  const [done, setDone] = useState(0);
  const [first] = flags;
  const sheet = useQuery({
    ...getQuery("/api/v1/persons/{id}/score", {
      params: { path: { id: first?.person_id ?? "" }, query: { policy: first?.policy_id ?? "", lang } },
    }),
    enabled: first !== undefined,
  });
  const line = sheet.data?.lines.find((one) => one.record_id === first?.record_id);
  const decide = useMutation({
    mutationFn: async ({ decision, reason }: { decision: Schemas["DecisionWord"]; reason: string }) => {
      setDone(0);
      for (const [index, flag] of flags.entries()) {
        // One after the other: each changes its person's sheet.
        // oxlint-disable-next-line no-await-in-loop
        const rule = await ruleOf(flag);
        if (rule !== undefined) {
          // oxlint-disable-next-line no-await-in-loop
          await call(
            api.POST("/api/v1/soft-decisions", {
              params: { header: { "Idempotency-Key": newIdempotencyKey() } },
              body: { policy_id: flag.policy_id, record_id: flag.record_id, rule, decision, reason },
            }),
          );
        }
        setDone(index + 1);
      }
    },
    onSuccess: () => {
      message.success(t("flags.done", { count: flags.length }));
      onClose(true);
    },
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => invalidate("/api/v1/soft-", "/api/v1/reports", "/api/v1/persons"),
  });
  return (
    <Modal
      open
      title={flags.length === 1 ? t("flags.decideFor", { person: first?.name ?? "" }) : t("flags.decideMany", { count: flags.length })}
      okText={t("flags.save")}
      cancelText={common("action.cancel")}
      confirmLoading={decide.isPending}
      onCancel={() => onClose(false)}
      onOk={() => form.submit()}
      width={620}
    >
      <ProblemAlert error={sheet.error ?? decide.error} />
      {flags.length === 1 && (
        <>
          {sheet.isPending && <PageSkeleton rows={2} />}
          {line && (
            <Alert
              type="warning"
              style={{ marginBottom: 16 }}
              title={
                <>
                  {named(line.title_zh, line.title_en)} · {line.host_name} · <DateTime value={line.starts_at} />
                </>
              }
              description={<ReasonList reasons={line.reasons} />}
            />
          )}
        </>
      )}
      {flags.length > 1 && <Alert type="info" style={{ marginBottom: 16 }} title={t("flags.manyLead")} />}
      <Form form={form} layout="vertical" onFinish={(values) => decide.mutate(values)}>
        <Form.Item name="decision" label={t("flags.decision")} rules={[{ required: true, message: t("flags.decisionMissing") }]}>
          <Radio.Group
            style={{ display: "grid", gap: 8 }}
            options={[
              { value: "waive", label: t("flags.waive") },
              { value: "enforce", label: t("flags.enforce") },
            ]}
          />
        </Form.Item>
        <Form.Item name="reason" label={t("result.reason")} extra={t("flags.reasonLead")} rules={[{ required: true, whitespace: true, message: t("flags.reasonMissing") }]}>
          <Input.TextArea rows={3} maxLength={500} showCount />
        </Form.Item>
      </Form>
      {decide.isPending && flags.length > 1 && <Progress percent={Math.floor((done / flags.length) * 100)} aria-label={t("flags.save")} />}
    </Modal>
  );
}

function Decided() {
  const { t } = useTranslation("district");
  const { official } = useAccess();
  const { modal, message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const revoke = useMutation({
    mutationFn: (id: string) => call(api.POST("/api/v1/soft-decisions/{id}/revoke", { params: { path: { id } } })),
    onSuccess: () => message.success(t("flags.revoked")),
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => invalidate("/api/v1/soft-", "/api/v1/reports"),
  });
  const columns: Column<Decision>[] = [
    { key: "decision", title: t("flags.decision"), fixed: true, render: (row) => <Tag color={row.decision === "waive" ? "success" : "error"}>{t(row.decision === "waive" ? "flags.waived" : "flags.enforced")}</Tag>, csv: (row) => row.decision },
    { key: "person", title: t("col.person"), render: (row) => <PersonLink id={row.person_id} name={t("match.openPerson")} />, csv: (row) => row.person_id },
    { key: "rule", title: t("flags.rule"), render: (row) => <code>{row.rule}</code>, csv: (row) => row.rule },
    { key: "reason", title: t("result.reason"), render: (row) => row.reason, csv: (row) => row.reason },
    { key: "by", title: t("flags.by"), render: (row) => <AccountName id={row.decided_by} />, csv: (row) => row.decided_by },
    { key: "at", title: t("flags.at"), render: (row) => <DateTime value={row.decided_at} />, csv: (row) => row.decided_at },
    { key: "revoked", title: t("flags.revokedAt"), render: (row) => <DateTime value={row.revoked_at} />, csv: (row) => row.revoked_at ?? "" },
    ...(official
      ? [
          {
            key: "act",
            title: t("flags.revoke"),
            render: (row: Decision) =>
              !row.revoked_at && (
                <Button
                  size="small"
                  onClick={() =>
                    modal.confirm({ title: t("flags.revokeSure"), content: t("flags.revokeLead"), okText: t("flags.revoke"), onOk: () => revoke.mutateAsync(row.id).catch(() => undefined) })
                  }
                >
                  {t("flags.revoke")}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <Flex vertical>
      <DataTable
        name="decisions"
        label={t("flags.decided")}
        prefix="decided-"
        source={(page) => getQuery("/api/v1/soft-decisions", { params: { query: page } })}
        columns={columns}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t("flags.noDecisions")} />}
      />
    </Flex>
  );
}
