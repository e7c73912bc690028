import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Checkbox, Descriptions, Flex, Form, Input, Typography } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useAccess } from "@/pages/district/access";
import { DateTime } from "@/ui/DateTime";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { StatusTag } from "@/ui/StatusTag";
import { State } from "./List";
import { useSaid } from "./words";
import { WideTable } from "@/ui/WideTable";

type Detail = Schemas["ExceptionDetail"];
type Line = Schemas["ExceptionLine"];

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("exceptions");
  const said = useSaid();
  const { official } = useAccess();
  const [ticked, setTicked] = useState<string[]>([]);
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/exceptions/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton />;
  if (!data)
    return (
      <>
        <PageTitle>{t("what")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  const decides = official && data.state === "open";
  return (
    <>
      <PageTitle before={<State row={data} />} lead={said(data)}>
        {t(`kind.${data.kind}`)}
      </PageTitle>
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, lg: 3 }}
        style={{ marginBottom: 16 }}
        items={[
          { key: "day", label: t("day"), children: <DateTime value={data.on_day} style="date" /> },
          { key: "found", label: t("foundAt"), children: <DateTime value={data.found_at} /> },
          ...(data.first_found_at === data.found_at ? [] : [{ key: "first", label: t("firstFoundAt"), children: <DateTime value={data.first_found_at} /> }]),
          ...(data.decided_at
            ? [
                { key: "by", label: t("by"), children: data.decided_by_name },
                { key: "at", label: t("at"), children: <DateTime value={data.decided_at} /> },
                { key: "remark", label: t("remark"), children: data.remark },
              ]
            : []),
        ]}
      />
      <Typography.Title level={2} style={{ fontSize: 18 }}>
        {t("lines")}
      </Typography.Title>
      <Lines of={data} {...(decides && data.kind !== "unlisted_result" && { ticked, onTick: setTicked })} />
      {decides && <Decide of={data} ticked={ticked} />}
      {official && data.decided_at && <Reopen of={data} />}
    </>
  );
}

function Lines({ of, ticked, onTick }: { of: Detail; ticked?: string[]; onTick?: (ids: string[]) => void }) {
  const { t } = useTranslation("exceptions");
  const named = useNamed();
  if (of.lines.length === 0) return <Typography.Paragraph type="secondary">{t("noLines")}</Typography.Paragraph>;
  const told = (name: string | null | undefined, at: string | null | undefined) => (
    <>
      {name} <DateTime value={at} />
    </>
  );
  return (
    <WideTable<Line>
      rowKey="id"
      dataSource={of.lines}
      pagination={of.lines.length > 50 && { pageSize: 50, showSizeChanger: false }}
      columns={[
        ...(onTick
          ? [
              {
                title: t("line.void"),
                key: "tick",
                render: (_: unknown, line: Line) =>
                  line.state === "confirmed" && (
                    <Checkbox
                      aria-label={t("line.pick", { person: line.person_name })}
                      checked={ticked?.includes(line.id) ?? false}
                      onChange={({ target }) => onTick(target.checked ? [...(ticked ?? []), line.id] : (ticked ?? []).filter((id) => id !== line.id))}
                    />
                  ),
              },
            ]
          : []),
        { title: t("line.person"), key: "person", render: (_, line) => <PersonLink id={line.person_id} name={line.person_name} /> },
        {
          title: t("line.activity"),
          key: "activity",
          render: (_, line) =>
            line.session_id ? named(line.title_zh, line.title_en) : <Link to={`/results/${line.id}`}>{named(line.title_zh, line.title_en)}</Link>,
        },
        { title: t("line.host"), key: "host", render: (_, line) => line.host_name_zh && [named(line.host_name_zh, line.host_name_en), line.place].filter(Boolean).join(" · ") },
        {
          title: t("line.time"),
          key: "time",
          render: (_, line) =>
            line.starts_at && (
              <>
                <DateTime value={line.starts_at} /> – <DateTime value={line.ends_at} style="time" />
              </>
            ),
        },
        { title: t("line.recorded"), key: "recorded", render: (_, line) => told(line.recorded_by_name, line.recorded_at) },
        { title: t("line.confirmed"), key: "confirmed", render: (_, line) => told(line.decided_by_name, line.decided_at) },
        { title: t("line.state"), key: "state", render: (_, line) => <StatusTag of={line.session_id ? "participation" : "result"} state={line.state} /> },
      ]}
    />
  );
}

function useDecide(of: Detail, done: (decision: Schemas["ExceptionDecision"]) => string) {
  const { message } = App.useApp();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  return useMutation({
    mutationFn: (body: { decision: Schemas["ExceptionDecision"]; remark: string; void: string[] }) =>
      call(api.POST("/api/v1/exceptions/{id}/decide", { params: { path: { id: of.id }, header: { ...ifMatch(of.version), ...key.header } }, body })),
    onSuccess: (_, { decision }) => message.success(done(decision)),
    onSettled: () => {
      key.renew();
      return invalidate("/api/v1/exceptions", "/api/v1/participations", "/api/v1/reports", "/api/v1/persons");
    },
  });
}

function Decide({ of, ticked }: { of: Detail; ticked: string[] }) {
  const { t } = useTranslation("exceptions");
  const [form] = Form.useForm<{ remark: string }>();
  const decide = useDecide(of, (decision) => t(decision === "clear" ? "clearedNow" : "upheldNow"));
  const send = async (decision: "clear" | "uphold") => {
    const { remark } = await form.validateFields();
    decide.mutate({ decision, remark, void: decision === "uphold" ? ticked : [] });
  };
  return (
    <Form form={form} layout="vertical" style={{ marginTop: 24, maxWidth: 640 }}>
      <ProblemAlert error={decide.error} />
      <Form.Item
        name="remark"
        label={t("remark")}
        extra={`${t("clearLead")}${of.kind === "unlisted_result" ? t("upholdResult") : of.lines.length > 0 ? t("upholdLead") : ""}`}
        rules={[{ required: true, whitespace: true, message: t("remarkMissing") }]}
      >
        <Input.TextArea maxLength={400} autoSize={{ minRows: 2, maxRows: 6 }} />
      </Form.Item>
      <Flex gap={8} wrap>
        <Button type="primary" disabled={decide.isPending || ticked.length > 0} onClick={() => void send("clear").catch(() => undefined)}>
          {t("clear")}
        </Button>
        <Button danger disabled={decide.isPending} onClick={() => void send("uphold").catch(() => undefined)}>
          {ticked.length > 0 ? t("upholdVoid", { count: ticked.length }) : t("uphold")}
        </Button>
      </Flex>
    </Form>
  );
}

function Reopen({ of }: { of: Detail }) {
  const { t } = useTranslation("exceptions");
  const decide = useDecide(of, () => t("reopenedNow"));
  return (
    <div style={{ marginTop: 24 }}>
      <ProblemAlert error={decide.error} />
      <Button loading={decide.isPending} onClick={() => decide.mutate({ decision: "reopen", remark: "", void: [] })}>
        {t("reopen")}
      </Button>
    </div>
  );
}
