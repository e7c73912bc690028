import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Descriptions, Flex, Form, Input, Popconfirm, Radio, Timeline, Typography } from "antd";
import { lazy, type ReactNode, Suspense } from "react";
import { useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed, useText } from "@/i18n/useText";
import { useAwardWords } from "@/pages/teacher/award";
import { Credit } from "@/ui/Credit";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { StatusTag } from "@/ui/StatusTag";
import { formatTime } from "@/ui/time";
import { Stands } from "./words";

export type Detail = Schemas["AppealDetail"];

const Decide = lazy(() => import("./Decide"));

/** One appeal: the record as it is, what was said, and what is to be said next. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("appeals");
  const named = useNamed();
  const text = useText();
  const { language } = useLanguage();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/appeals/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton />;
  if (!data)
    return (
      <>
        <PageTitle>{t("title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  const host = named(data.host_name_zh, data.host_name_en);
  const day = data.turn_due ? formatTime(data.turn_due, "date", language) : "";
  return (
    <div style={{ maxWidth: 860 }}>
      <PageTitle
        before={<Stands of={data} />}
        lead={[data.person_name, named(data.school_name_zh, data.school_name_en), text(`appeals:side.${data.side}`)].filter(Boolean).join(" · ")}
        actions={data.may_withdraw && <Withdraw of={data} />}
      >
        {named(data.line.title_zh, data.line.title_en)}
      </PageTitle>
      {data.turn && <p>{data.turn === "host" ? t("hostDays", { day }) : t("districtDays", { day })}</p>}
      <Heading>{t("record")}</Heading>
      <Record of={data} host={host} />
      <Heading>{t("history")}</Heading>
      <Timeline
        style={{ paddingTop: 8 }}
        items={data.history.map((step) => ({
          key: step.step,
          color: step.step === "granted" || step.step === "agrees" ? "green" : step.step === "declined" || step.step === "stands_by" ? "red" : "blue",
          content: (
            <>
              <strong>{text(`appeals:step.${step.step}`)}</strong>
              <Muted block style={{ margin: 0, fontSize: 13.5 }}>
                <DateTime value={step.at} />
                {step.account_name && ` · ${step.account_name}`}
              </Muted>
              {step.step === "filed" && (
                <div>
                  {t("wants")}: {t(`kind.${data.wants}`)}
                </div>
              )}
              {step.text && <div style={{ whiteSpace: "pre-wrap" }}>{step.text}</div>}
            </>
          ),
        }))}
      />
      {data.may_state && <Statement of={data} />}
      {data.may_decide && (
        <Suspense fallback={<PageSkeleton rows={4} />}>
          <Decide of={data} />
        </Suspense>
      )}
    </div>
  );
}

export function Heading({ children }: { children: ReactNode }) {
  return (
    <Typography.Title level={2} style={{ fontSize: 18, marginTop: 20 }}>
      {children}
    </Typography.Title>
  );
}

function Record({ of, host }: { of: Detail; host: string }) {
  const { t } = useTranslation("appeals");
  const { level, award } = useAwardWords();
  const { line } = of;
  const credits = (rows: { policy_id: string; amount: string }[]) => (
    <Flex vertical>
      {rows.map((row) => (
        <Credit key={row.policy_id} value={row.amount} unit />
      ))}
    </Flex>
  );
  const minutes = line.minutes ?? line.planned_minutes;
  const items = [
    { key: "time", label: t("time"), children: line.starts_at ? <DateTime value={line.starts_at} /> : <DateTime value={line.achieved_on} style="date" /> },
    { key: "host", label: t("host"), children: host },
    { key: "state", label: t("recordState"), children: <StatusTag of={line.kind} state={line.state} /> },
    { key: "reason", label: t("recordReason"), children: line.reason },
    { key: "minutes", label: t("minutes"), children: minutes },
    { key: "quantity", label: t("quantity"), children: line.quantity },
    { key: "level", label: t("level"), children: line.contest_level && level(line.contest_level) },
    { key: "award", label: t("award"), children: (line.award || line.place) && award({ award: line.award ?? null, place: line.place ?? null, places_listed: null }) },
    { key: "earns", label: t("earns"), children: of.earns.length > 0 && credits(of.earns.map(({ policy_id, counted }) => ({ policy_id, amount: counted }))) },
    { key: "booked", label: t("booked"), children: of.booked.length > 0 && credits(of.booked) },
  ];
  const shown = items.filter(({ children }) => children !== null && children !== undefined && children !== "" && children !== false);
  return <Descriptions size="small" column={{ xs: 1, sm: 2 }} items={shown} />;
}

/** What the pages show anew after a step. */
export function useStepped() {
  const invalidate = useInvalidate();
  return () => invalidate("/api/v1/appeals", "/api/v1/participations", "/api/v1/results", "/api/v1/persons", "/api/v1/reminders");
}

function Statement({ of }: { of: Detail }) {
  const { t } = useTranslation("appeals");
  const { message } = App.useApp();
  const key = useIdempotencyKey();
  const stepped = useStepped();
  const [form] = Form.useForm<Schemas["AppealStatementRequest"]>();
  const state = useMutation({
    mutationFn: (body: Schemas["AppealStatementRequest"]) =>
      call(api.POST("/api/v1/appeals/{id}/statement", { params: { path: { id: of.id }, header: { ...ifMatch(of.version), ...key.header } }, body })),
    onSuccess: () => message.success(t("stated")),
    onSettled: () => {
      key.renew();
      return stepped();
    },
  });
  return (
    <>
      <Heading>{t("statement")}</Heading>
      <p>{t("statementLead")}</p>
      <ProblemAlert error={state.error} />
      <Form form={form} layout="vertical" style={{ maxWidth: 640 }} initialValues={{ stance: "agrees" }} onFinish={(values) => state.mutate(values)}>
        <Form.Item name="stance" label={t("view")}>
          <Radio.Group optionType="button" options={(["agrees", "stands_by"] as const).map((value) => ({ value, label: t(`stance.${value}`) }))} />
        </Form.Item>
        <Form.Item name="remark" label={t("remark")} rules={[{ required: true, whitespace: true, message: t("remarkMissing") }]}>
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={state.isPending}>
          {t("submit")}
        </Button>
      </Form>
    </>
  );
}

function Withdraw({ of }: { of: Detail }) {
  const { t } = useTranslation("appeals");
  const { message } = App.useApp();
  const key = useIdempotencyKey();
  const stepped = useStepped();
  const withdraw = useMutation({
    mutationFn: () => call(api.POST("/api/v1/appeals/{id}/withdraw", { params: { path: { id: of.id }, header: { ...ifMatch(of.version), ...key.header } } })),
    onSuccess: () => message.success(t("withdrawn")),
    onSettled: () => {
      key.renew();
      return stepped();
    },
  });
  return (
    <Popconfirm title={t("withdrawSure")} okText={t("withdraw")} onConfirm={() => withdraw.mutate()}>
      <Button loading={withdraw.isPending}>{t("withdraw")}</Button>
    </Popconfirm>
  );
}
