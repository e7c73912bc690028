import { App, Button, Drawer, Flex, Form, Input, InputNumber, Select, Switch } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useText } from "@/i18n/useText";
import { Conflict } from "@/ui/Conflict";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { instantToWall } from "@/ui/time";
import type { ActivityRow } from "./guests";
import { PartFields } from "@/pages/programmes/PartFields";
import { type Host, KINDS, useKind } from "./hosts";
import { useSave } from "./useSave";

interface Values {
  host_id: string;
  title_zh: string;
  title_en: string;
  code: string;
  kind: string;
  minutes: number;
  from: number | null;
  to: number | null;
  tags: string[];
  voluntary: boolean;
  school_day: boolean;
  level: string;
  open: boolean;
  theme_id: string | null;
  strand_id: string | null;
}

type Props =
  | { activity: ActivityRow; onClose: () => void }
  | { activity?: undefined; hosts: Host[]; host: string; onClose: () => void };

const GRADES = Array.from({ length: 15 }, (_, index) => index - 2);
const FIELDS = [
  "title_zh",
  "title_en",
  "kind",
  "minutes",
  "from",
  "to",
  "tags",
  "voluntary",
  "school_day",
  "level",
  "code",
  "open",
] as const;

function valuesOf(row: ActivityRow): Values {
  return {
    host_id: row.host_id,
    title_zh: row.title_zh,
    title_en: row.title_en,
    code: row.code,
    kind: row.kind,
    minutes: row.minutes,
    from: row.grades?.from ?? null,
    to: row.grades?.to ?? null,
    tags: row.tags,
    voluntary: row.voluntary,
    school_day: row.school_day,
    level: row.level ?? "",
    open: row.status === "open",
    theme_id: row.theme_id ?? null,
    strand_id: row.strand_id ?? null,
  };
}

const gradesOf = (values: Values) =>
  values.from === null && values.to === null ? null : { from: values.from, to: values.to };

/** Makes an activity, or changes one. What credit depends on is settled once a session has begun. */
export default function ActivityForm(props: Props) {
  const { activity, onClose } = props;
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const text = useText();
  const kind = useKind();
  const phone = usePhone();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const { message, modal } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [dirty, setDirty] = useState(false);
  const [typed, setTyped] = useState("");
  // A code that nobody need invent; the last six digits of the present minute are enough within one host.
  const [code] = useState(() => `A${instantToWall(new Date().toISOString()).replaceAll(/\D/g, "").slice(2)}`);

  const save = useSave<ActivityRow, Values>({
    form,
    row: activity,
    names: { "grades.from": "from", "grades.to": "to", grades: "from" },
    newest: () => call(api.GET("/api/v1/activities/{id}", { params: { path: { id: activity?.id ?? "" } } })),
    send: (values, version) => {
      const body = {
        title_zh: values.title_zh,
        title_en: values.title_en,
        code: values.code,
        kind: values.kind,
        minutes: values.minutes,
        grades: gradesOf(values),
        tags: values.tags,
        voluntary: values.voluntary,
        school_day: values.school_day,
        level: values.level.trim() || null,
        theme_id: values.theme_id ?? null,
        strand_id: values.strand_id ?? null,
      };
      if (!activity) return call(api.POST("/api/v1/activities", { body: { ...body, host_id: values.host_id } }));
      return call(
        api.PATCH("/api/v1/activities/{id}", {
          params: { path: { id: activity.id }, header: ifMatch(version) },
          body: { ...body, status: values.open ? "open" : "closed" },
        }),
      );
    },
    done: (saved) => {
      message.success(t("form.saved"));
      void invalidate("/api/v1/activities", "/api/v1/sessions", "/api/v1/public");
      onClose();
      if (!activity) navigate(`/activities/${saved.id}`);
    },
  });

  const close = () => {
    if (!dirty) onClose();
    else
      modal.confirm({ title: t("form.leave"), okText: t("form.leaveOk"), cancelText: t("form.stay"), onOk: onClose });
  };

  const kindNow = Form.useWatch("kind", form);
  const hostNow = Form.useWatch("host_id", form) as string | undefined;
  // Policies may name kinds that are not known here: what is typed can be chosen too.
  const kinds = [...new Set([...KINDS, activity?.kind ?? "", kindNow ?? "", typed.trim().slice(0, 40)])].filter((one) => one !== "");
  const yes = (value: boolean) => t(value ? "activities.yes" : "activities.no");
  const grade = (value: number | null) => (value === null ? "" : text(`common:grade.${value}`, {}, String(value)));
  const show = (values: Values, field: (typeof FIELDS)[number]): string => {
    const value = values[field];
    if (field === "from" || field === "to") return grade(values[field]);
    if (field === "kind") return kind(values.kind);
    if (field === "open") return common(values.open ? "status.activity.open" : "status.activity.closed");
    if (typeof value === "boolean") return yes(value);
    return Array.isArray(value) ? value.join(", ") : String(value ?? "");
  };
  const fields = FIELDS.map((field) => {
    const theirs = save.conflict ? show(valuesOf(save.conflict.theirs), field) : "";
    const mine = save.conflict ? show(save.conflict.mine, field) : "";
    return { key: field, label: t(`activities.field.${field}`), theirs, mine, differs: theirs !== mine };
  });

  const initial: Partial<Values> = activity
    ? valuesOf(activity)
    : {
        host_id: props.host,
        title_zh: "",
        title_en: "",
        code,
        kind: "practice",
        minutes: 90,
        from: null,
        to: null,
        tags: [],
        voluntary: true,
        school_day: false,
        level: "",
        open: true,
        theme_id: null,
        strand_id: null,
      };
  const required = [{ required: true, message: common("problem.field.required") }];
  const grades = GRADES.map((value) => ({ value, label: grade(value) }));
  return (
    <Drawer
      open
      title={activity ? t("activities.edit") : t("activities.new")}
      size={phone ? "100%" : 520}
      onClose={close}
      mask={{ closable: !dirty }}
      footer={
        <Flex gap={8} justify="end">
          <Button onClick={close}>{common("action.cancel")}</Button>
          <Button type="primary" loading={save.saving} onClick={() => form.submit()}>
            {common("action.save")}
          </Button>
        </Flex>
      }
    >
      {save.unplaced && <ProblemAlert {...save.unplaced} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={initial}
        onValuesChange={() => setDirty(true)}
        onFinish={(values: Values) => save.submit({ ...initial, ...values } as Values)}
      >
        {!activity && props.hosts.length > 1 && (
          <Form.Item name="host_id" label={t("column.host")} rules={required}>
            <Select options={props.hosts.map((host) => ({ value: host.id, label: host.name }))} />
          </Form.Item>
        )}
        <Form.Item name="title_zh" label={t("activities.field.title_zh")} rules={required}>
          <Input maxLength={120} autoFocus={!activity} />
        </Form.Item>
        <Form.Item name="title_en" label={t("activities.field.title_en")}>
          <Input maxLength={200} lang="en" />
        </Form.Item>
        <Flex gap={12} wrap>
          <Form.Item name="kind" label={t("activities.field.kind")} rules={required} extra={t("activities.kindHelp")} style={{ flex: 1, minWidth: 180 }}>
            <Select
              showSearch={{ onSearch: setTyped, filterOption: (q, option) => `${option?.label}`.toLowerCase().includes(q.toLowerCase()) }}
              options={kinds.map((value) => ({ value, label: kind(value) === value ? value : `${kind(value)} (${value})` }))}
            />
          </Form.Item>
          <Form.Item name="minutes" label={t("activities.field.minutes")} rules={required}>
            <InputNumber min={1} max={1440} precision={0} step={5} style={{ width: 140 }} />
          </Form.Item>
        </Flex>
        <Flex gap={12}>
          <Form.Item name="from" label={t("activities.field.from")} style={{ flex: 1 }}>
            <Select allowClear options={grades} placeholder={common("grades.all")} />
          </Form.Item>
          <Form.Item name="to" label={t("activities.field.to")} style={{ flex: 1 }}>
            <Select allowClear options={grades} placeholder={common("grades.all")} />
          </Form.Item>
        </Flex>
        <Form.Item name="voluntary" label={t("activities.field.voluntary")} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="school_day" label={t("activities.field.school_day")} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="tags" label={t("activities.field.tags")} extra={t("activities.tagsHelp")}>
          <Select mode="tags" open={false} suffixIcon={null} maxCount={20} tokenSeparators={[",", ";"]} />
        </Form.Item>
        <PartFields host={hostNow ?? initial.host_id ?? ""} />
        <Form.Item name="level" label={t("activities.field.level")} extra={t("activities.levelHelp")}>
          <Input maxLength={40} />
        </Form.Item>
        <Form.Item name="code" label={t("activities.field.code")} rules={required} extra={t("activities.codeHelp")}>
          <Input maxLength={40} />
        </Form.Item>
        {activity && (
          <Form.Item name="open" label={t("activities.field.open")} valuePropName="checked" extra={t("activities.openHelp")}>
            <Switch />
          </Form.Item>
        )}
      </Form>
      <Conflict
        open={save.conflict !== undefined}
        fields={fields}
        saving={save.saving}
        onKeepMine={save.keepMine}
        onBack={save.back}
        onTakeTheirs={() => {
          if (save.conflict) form.setFieldsValue(valuesOf(save.conflict.theirs));
          save.takeTheirs();
        }}
      />
    </Drawer>
  );
}
