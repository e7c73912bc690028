import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button, Checkbox, DatePicker, Drawer, Flex, Form, Input, InputNumber, Select, Tag } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { Link } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { KINDS, useKind } from "@/pages/base/hosts";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { wallToInstant } from "@/ui/time";
import { type Edition, type Strand, type Theme, useDay, useTitle } from "./words";

type Launched = Schemas["Launched"];
/** A session, as it is typed. */
interface Typed {
  at?: Dayjs;
  place?: string;
  capacity?: number | null;
}
interface Values {
  title_zh: string;
  title_en?: string;
  from?: number | null;
  to?: number | null;
  tags?: string[];
  code: string;
  kind: string;
  minutes: number;
  strand_id?: string;
  sessions: Typed[];
  hosts: string[];
  /** Venues with days of their own. */
  own?: { host?: string; sessions?: Typed[] }[];
}

/** What the service calls the fields of the activity. */
const NAMES = {
  "activity.title_zh": "title_zh", "activity.title_en": "title_en", "activity.code": "code", "activity.kind": "kind",
  "activity.minutes": "minutes", "activity.tags": "tags", "activity.grades": "from", "activity.grades.from": "from",
  "activity.grades.to": "to",
};

const COLOURS = { launched: "success", already: "default", refused: "error" } as const;

const gradesOf = (from: number | null, to: number | null) => (from === null && to === null ? null : { from, to });

const sent = (typed: Typed[] | undefined) =>
  (typed ?? []).map((one) => ({
    starts_at: wallToInstant(one.at?.format("YYYY-MM-DDTHH:mm") ?? ""),
    place: one.place ?? "",
    capacity: one.capacity ?? null,
  }));

/** One theme or strand at many venues at once, and what became of each. */
export default function Launch({ edition, part, onClose }: { edition: Edition; part: Theme | Strand; onClose: () => void }) {
  const theme = "month" in part ? part : undefined;
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const title = useTitle();
  const text = useText();
  const named = useNamed();
  const kind = useKind();
  const phone = usePhone();
  const say = useProblemText();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<Values>();
  const [wrong, setWrong] = useState<{ error: unknown; rest: FieldError[] }>();
  const [done, setDone] = useState<Launched>();
  // Whoever takes part may be asked: who cannot host is told why, and the others go on.
  const hosts = edition.members.map((member) => ({ value: member.organization_id, label: named(member.name_zh, member.name_en) }));
  const usual = edition.members
    .filter(({ roles }) => roles.some((role) => role === "host" || role === "undertake"))
    .map((member) => member.organization_id);
  const launch = useMutation({
    mutationFn: (values: Values) => {
      const own = new Map((values.own ?? []).map((one) => [one.host, sent(one.sessions)]));
      const params = { path: { id: part.id }, header: key.header };
      const body = {
        strand_id: values.strand_id ?? null,
        activity: {
          code: values.code,
          kind: values.kind,
          title_zh: values.title_zh,
          title_en: values.title_en ?? "",
          grades: gradesOf(values.from ?? null, values.to ?? null),
          tags: values.tags ?? [],
          minutes: values.minutes,
        },
        sessions: sent(values.sessions),
        hosts: values.hosts.map((organization_id) => ({ organization_id, sessions: own.get(organization_id) ?? null })),
      };
      return theme
        ? call(api.POST("/api/v1/themes/{id}/launch", { params, body }))
        : call(api.POST("/api/v1/strands/{id}/launch", { params, body }));
    },
    onMutate: () => setWrong(undefined),
    onSuccess: (answer) => {
      key.renew();
      setDone(answer);
      void invalidate("/api/v1/editions", "/api/v1/activities", "/api/v1/sessions");
    },
    onError: (error) => {
      key.renew();
      const { placed, rest } = applyProblemToForm(form, error, say.field, NAMES);
      if (placed === 0 || rest.length > 0) setWrong({ error, rest });
    },
  });
  const required = [{ required: true, message: common("problem.field.required") }];
  const grades = Array.from({ length: 15 }, (_, at) => at - 2).map((value) => ({ value, label: text(`common:grade.${value}`, {}, String(value)) }));
  const month = dayjs(theme?.month ?? edition.first_day);
  const chosen = Form.useWatch("hosts", form) ?? usual;
  return (
    <Drawer
      open
      title={t("launch.title", { theme: title(part) })}
      size={phone ? "100%" : 640}
      onClose={onClose}
      mask={{ closable: done !== undefined }}
      footer={
        <Flex gap={8} justify="end">
          <Button onClick={onClose}>{common(done ? "action.close" : "action.cancel")}</Button>
          {!done && (
            <Button type="primary" loading={launch.isPending} onClick={() => form.submit()}>
              {t("launch.send")}
            </Button>
          )}
          {done && <Button onClick={() => setDone(undefined)}>{t("launch.again")}</Button>}
        </Flex>
      }
    >
      {done && <Outcome done={done} />}
      {!done && <Muted block style={{ marginBottom: 12 }}>{t("launch.lead")}</Muted>}
      {wrong && <ProblemAlert {...wrong} />}
      <div hidden={done !== undefined}>
        <Form
          form={form}
          layout="vertical"
          initialValues={{
            title_zh: title(part),
            title_en: part.title_en,
            tags: [],
            code: theme ? `T${theme.month.slice(0, 7)}` : `S${edition.year}-${edition.strands.findIndex(({ id }) => id === part.id) + 1}`,
            kind: !theme && "kind" in part && part.kind === "training" ? "training" : "practice",
            minutes: 90,
            sessions: [],
            hosts: usual,
            own: [],
          }}
          onFinish={(values) => launch.mutate(values)}
        >
          <Form.Item name="title_zh" label={t("launch.what")} rules={required}>
            <Input maxLength={120} />
          </Form.Item>
          <Form.Item name="title_en" label={t("launch.title_en")}>
            <Input maxLength={200} lang="en" />
          </Form.Item>
          <Flex gap={12} wrap>
            <Form.Item name="from" label={t("launch.from")} style={{ flex: "1 1 140px" }}>
              <Select allowClear options={grades} placeholder={common("grades.all")} />
            </Form.Item>
            <Form.Item name="to" label={t("launch.to")} style={{ flex: "1 1 140px" }}>
              <Select allowClear options={grades} placeholder={common("grades.all")} />
            </Form.Item>
          </Flex>
          <Form.Item name="tags" label={t("launch.tags")} extra={t("launch.tagsHelp")}>
            <Select mode="tags" open={false} suffixIcon={null} maxCount={20} tokenSeparators={[",", ";"]} />
          </Form.Item>
          <Flex gap={12} wrap>
            <Form.Item name="kind" label={t("launch.kind")} rules={required} style={{ flex: "1 1 160px" }}>
              <Select options={KINDS.map((value) => ({ value, label: kind(value) }))} />
            </Form.Item>
            <Form.Item name="minutes" label={t("launch.minutes")} rules={required}>
              <InputNumber min={1} max={1440} precision={0} step={5} style={{ width: 120 }} />
            </Form.Item>
          </Flex>
          <Flex gap={12} wrap>
            <Form.Item name="code" label={t("launch.code")} rules={required} extra={t("launch.codeHelp")} style={{ flex: "1 1 200px" }}>
              <Input maxLength={40} />
            </Form.Item>
            {theme && edition.strands.length > 0 && (
              <Form.Item name="strand_id" label={t("launch.strand")} style={{ flex: "1 1 200px" }}>
                <Select allowClear options={edition.strands.map((one) => ({ value: one.id, label: title(one) }))} />
              </Form.Item>
            )}
          </Flex>
          <Sessions name="sessions" label={t("launch.times")} month={month} />
          {hosts.length === 0 ? (
            <Muted block>{t("launch.noHosts")}</Muted>
          ) : (
            // Not `required`, which would be said of the group, where it has no meaning.
            <Form.Item name="hosts" label={t("launch.hosts")} rules={[{ type: "array", min: 1, message: common("problem.field.required") }]}>
              <Checkbox.Group options={hosts} style={{ display: "grid", gap: 4 }} />
            </Form.Item>
          )}
          <Form.List name="own">
            {(fields, { add, remove }) => (
              <>
                {fields.map((field) => (
                  <fieldset key={field.key} style={{ border: "1px solid rgb(127 150 145 / 0.35)", borderRadius: 8, padding: 12, margin: "0 0 12px" }}>
                    <legend style={{ padding: "0 6px" }}>{t("launch.own")}</legend>
                    <Flex gap={8} align="end">
                      <Form.Item name={[field.name, "host"]} label={t("launch.venue")} rules={required} style={{ flex: 1 }}>
                        <Select options={hosts.filter(({ value }) => chosen.includes(value))} />
                      </Form.Item>
                      <Form.Item>
                        <Button icon={<DeleteOutlined />} aria-label={t("launch.removeOwn")} onClick={() => remove(field.name)} />
                      </Form.Item>
                    </Flex>
                    <Sessions name={[field.name, "sessions"]} label={t("launch.ownTimes")} month={month} />
                  </fieldset>
                ))}
                {hosts.length > 0 && (
                  <Button icon={<PlusOutlined aria-hidden />} onClick={() => add({ sessions: [{}] })}>
                    {t("launch.addOwn")}
                  </Button>
                )}
              </>
            )}
          </Form.List>
        </Form>
      </div>
    </Drawer>
  );
}

/** Sessions, each with its time, place and places. */
function Sessions({ name, label, month }: { name: string | (string | number)[]; label: string; month: Dayjs }) {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const required = [{ required: true, message: common("problem.field.required") }];
  return (
    <Form.List name={name}>
      {(fields, { add, remove }) => (
        <fieldset style={{ border: 0, padding: 0, margin: "0 0 16px" }}>
          <legend style={{ fontWeight: 600, marginBottom: 4 }}>{label}</legend>
          {fields.length === 0 && <Muted block style={{ marginBottom: 8 }}>{t("launch.noTimes")}</Muted>}
          {fields.map((field, at) => (
            <Flex key={field.key} gap={8} wrap align="end">
              <Form.Item name={[field.name, "at"]} label={t("launch.time")} rules={required}>
                <DatePicker showTime={{ format: "HH:mm", minuteStep: 5 }} format="YYYY-MM-DD HH:mm" defaultPickerValue={month} />
              </Form.Item>
              <Form.Item name={[field.name, "place"]} label={t("launch.place")} style={{ flex: "1 1 120px" }}>
                <Input maxLength={200} />
              </Form.Item>
              <Form.Item name={[field.name, "capacity"]} label={t("launch.capacity")}>
                <InputNumber min={1} max={100000} precision={0} style={{ width: 90 }} />
              </Form.Item>
              <Form.Item>
                <Button icon={<DeleteOutlined />} aria-label={t("launch.removeTime", { number: at + 1 })} onClick={() => remove(field.name)} />
              </Form.Item>
            </Flex>
          ))}
          <Button icon={<PlusOutlined aria-hidden />} disabled={fields.length >= 50} onClick={() => add({})}>
            {t("launch.addTime")}
          </Button>
        </fieldset>
      )}
    </Form.List>
  );
}

/** What became of each venue. */
function Outcome({ done }: { done: Launched }) {
  const { t } = useTranslation("programmes");
  const text = useText();
  const named = useNamed();
  const day = useDay();
  return (
    <section aria-label={t("launch.done")} role="status">
      <p style={{ marginTop: 0 }}>
        {t("launch.summary", { launched: done.launched, already: done.already, refused: done.refused })}
      </p>
      <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {done.items.map((one) => (
          <li key={one.organization_id} style={{ padding: "6px 0" }}>
            <Flex gap={8} wrap align="center">
              <Tag color={COLOURS[one.outcome]}>{t(`launch.outcome.${one.outcome}`)}</Tag>
              {one.activity_id ? (
                <Link to={`/activities/${one.activity_id}`}>{named(one.name_zh, one.name_en)}</Link>
              ) : (
                <span>{named(one.name_zh, one.name_en)}</span>
              )}
              {one.session_ids.length > 0 && <Muted>{t("launch.sessions", { count: one.session_ids.length })}</Muted>}
              {one.code && <span>{text(`programmes:launch.reason.${one.code}`, { day: one.day ? day(one.day) : "" }, one.reason)}</span>}
            </Flex>
          </li>
        ))}
      </ul>
    </section>
  );
}
