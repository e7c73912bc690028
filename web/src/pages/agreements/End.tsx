import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, DatePicker, Form, Input, Modal, Radio, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { Link } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import type { Host } from "@/pages/base/hosts";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { formatTime, today } from "@/ui/time";
import type { Agreement } from "./words";

type Item = Schemas["AheadItem"];
type Sort = Item["sort"];
type Choice = Schemas["EndChoice"];
const SORTS = ["bookings", "sessions", "projects"] as const;

interface Values {
  organization_id?: string;
  on?: Dayjs;
  reason: string;
  bookings?: Choice;
  sessions?: Choice;
  projects?: Choice;
}

/** What is ahead of one sort, each with what becomes of it. */
function Things({ items, sort, done }: { items: Item[]; sort: Sort; done: boolean }) {
  const { t } = useTranslation("agreements");
  const named = useNamed();
  const { language } = useLanguage();
  const days = (item: Item) => {
    if (!item.first_day || !item.last_day) return "";
    const from = formatTime(item.first_day, "date", language);
    return item.first_day === item.last_day ? from : t("list.until", { from, to: formatTime(item.last_day, "date", language) });
  };
  const title = (item: Item) => named(item.title_zh, item.title_en);
  return (
    <ul aria-label={t(`end.sort.${sort}`)} style={{ margin: "0 0 8px", paddingInlineStart: 20 }}>
      {items.map((item) => (
        <li key={item.id}>
          {sort === "projects" ? <Link to={`/projects/${item.id}`} style={{ textDecoration: "underline" }}>{title(item)}</Link> : title(item)}{" "}
          <Muted>
            {[days(item), t(done ? `end.did.${item.outcome}` : `end.outcome.${item.outcome}`)].filter(Boolean).join(" · ")}
          </Muted>
        </li>
      ))}
    </ul>
  );
}

/** Ends an agreement early: shows what is ahead, asks for each kind what becomes of it, and tells what was done. */
export default function End({ row, parties, onClose }: { row: Agreement; parties: Host[]; onClose: () => void }) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const say = useProblemText();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [party, setParty] = useState(parties[0]?.id ?? "");
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const [ended, setEnded] = useState<Item[]>();
  const first = dayjs(today());
  const on = Form.useWatch("on", form)?.format("YYYY-MM-DD") ?? today();
  const ahead = useQuery({
    ...getQuery("/api/v1/agreements/{id}/ahead", { params: { path: { id: row.id }, query: { organization_id: party, on } } }),
    enabled: ended === undefined,
  });
  const end = useMutation({
    mutationFn: (values: Values) =>
      call(
        api.POST("/api/v1/agreements/{id}/end", {
          params: { path: { id: row.id }, header: { ...ifMatch(row.version), ...key.header } },
          body: {
            organization_id: party,
            on,
            reason: values.reason,
            bookings: values.bookings ?? null,
            sessions: values.sessions ?? null,
            projects: values.projects ?? null,
          },
        }),
      ),
    onMutate: () => setUnplaced(undefined),
    onSuccess: ({ items }) => {
      key.renew();
      message.success(t("end.done"));
      void invalidate("/api/v1/agreements", "/api/v1/projects", "/api/v1/bookings", "/api/v1/sessions", "/api/v1/network");
      if (items.length === 0) onClose();
      else setEnded(items);
    },
    onError: (error) => {
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
      // Something may have come up since it was shown.
      void ahead.refetch();
    },
  });
  const items = ended ?? ahead.data?.items ?? [];
  const of = (sort: Sort) => items.filter((item) => item.sort === sort);
  const required = [{ required: true, message: common("problem.field.required") }];
  if (ended)
    return (
      <Modal open title={t("end.result")} onCancel={onClose} footer={<Button onClick={onClose}>{t("end.close")}</Button>}>
        {SORTS.filter((sort) => of(sort).length > 0).map((sort) => (
          <section key={sort}>
            <h3 style={{ fontSize: 15, margin: "12px 0 4px" }}>{t(`end.sort.${sort}`)}</h3>
            <Things items={of(sort)} sort={sort} done />
          </section>
        ))}
      </Modal>
    );
  // An end that is announced can be moved to an earlier day; on its last day it ends by itself.
  const until = row.over_from ?? row.last_day;
  const beyond = (day: Dayjs) => Boolean(until) && !day.isSame(first, "day") && !day.isBefore(dayjs(until), "day");
  return (
    <Modal
      open
      width={620}
      title={t("end.title")}
      okText={t("end.confirm")}
      okButtonProps={{ danger: true, disabled: !ahead.data }}
      cancelText={common("action.back")}
      confirmLoading={end.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <p style={{ marginTop: 0 }}>{t(on > today() ? "end.leadLater" : "end.lead")}</p>
      {ahead.isPending && <PageSkeleton />}
      {ahead.error && <ProblemAlert error={ahead.error} retry={ahead.refetch} />}
      {ahead.data?.items.length === 0 && <Muted block>{t("end.nothing")}</Muted>}
      <Form form={form} layout="vertical" onFinish={(values: Values) => end.mutate(values)}>
        {parties.length > 1 && (
          <Form.Item label={t("step.for")} htmlFor="end-party">
            <Select id="end-party" value={party} onChange={setParty} options={parties.map((one) => ({ value: one.id, label: one.name }))} />
          </Form.Item>
        )}
        <Form.Item name="on" label={t("end.on")} extra={t("end.onHelp")} initialValue={first}>
          <DatePicker
            allowClear={false}
            style={{ width: 200 }}
            disabledDate={(day) => day.isBefore(first, "day") || beyond(day)}
          />
        </Form.Item>
        {SORTS.filter((sort) => of(sort).length > 0).map((sort) => (
          <section key={sort}>
            <h3 style={{ fontSize: 15, margin: "12px 0 4px" }}>{t(`end.sort.${sort}`)}</h3>
            <Things items={of(sort)} sort={sort} done={false} />
            <Form.Item name={sort} label={t(`end.choice.${sort}`)} rules={required}>
              <Radio.Group
                aria-label={t(`end.choice.${sort}`)}
                options={[
                  { value: "keep", label: t("end.keep") },
                  { value: "cancel", label: t(`end.cancel.${sort}`) },
                ]}
              />
            </Form.Item>
          </section>
        ))}
        <Form.Item name="reason" label={t("end.reason")} rules={[{ required: true, whitespace: true, message: common("problem.field.required") }]}>
          <Input maxLength={400} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
