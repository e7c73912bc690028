import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Drawer, Flex, Form, Input, InputNumber, Select, Switch, TimePicker } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useLanguage, useNamed } from "@/i18n/useText";
import { Conflict } from "@/ui/Conflict";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime, instantToWall, wallToInstant } from "@/ui/time";
import type { SessionRow } from "./guests";
import { type Host, useKind } from "./hosts";
import { Release, type ReleaseValues, releaseBody, releaseOf, releaseShown } from "./Release";
import { useNow } from "./useNow";
import { useSave } from "./useSave";

interface Values extends ReleaseValues {
  activity_id: string;
  day: Dayjs;
  starts: Dayjs;
  ends: Dayjs | null;
  place: string;
  capacity: number | null;
  walk_ins: boolean;
  in_out: boolean;
  open: boolean;
}

type Props =
  | { session: SessionRow; onClose: () => void }
  | { session?: undefined; hosts: Host[]; activity?: string | undefined; day?: string | undefined; onClose: () => void };

const instant = (day: Dayjs, time: Dayjs) => wallToInstant(`${day.format("YYYY-MM-DD")}T${time.format("HH:mm")}`);

const doorMode = (values: Values) => (values.in_out ? "in_out" : "in");

function valuesOf(session: SessionRow): Values {
  return {
    activity_id: session.activity_id,
    day: dayjs(instantToWall(session.starts_at)),
    starts: dayjs(instantToWall(session.starts_at)),
    ends: dayjs(instantToWall(session.ends_at)),
    place: session.place,
    capacity: session.capacity ?? null,
    walk_ins: session.walk_ins,
    in_out: session.door_mode === "in_out",
    open: session.status === "open",
    ...releaseOf(session),
  };
}

/** Makes a session, or changes one: times stay once it has begun, for credit depends on the day. */
export default function SessionForm(props: Props) {
  const { session, onClose } = props;
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const { language } = useLanguage();
  const named = useNamed();
  const kind = useKind();
  const phone = usePhone();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const { message, modal } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [dirty, setDirty] = useState(false);
  const now = useNow();
  const begun = session !== undefined && Date.parse(session.starts_at) <= now;
  const hosts = props.session ? [] : props.hosts;
  const [hostId, setHost] = useState(hosts[0]?.id);
  const chosen = props.session ? undefined : props.activity;
  const activities = useQuery({
    ...getQuery("/api/v1/activities", { params: { query: { limit: 500, status: "open", ...(hostId && { host_id: hostId }) } } }),
    enabled: session === undefined && chosen === undefined,
  });
  const activity = useQuery({
    ...getQuery("/api/v1/activities/{id}", { params: { path: { id: chosen ?? "" } } }),
    enabled: chosen !== undefined,
  });
  const offers = chosen ? (activity.data ? [activity.data] : []) : (activities.data?.items ?? []);
  const activityId = Form.useWatch("activity_id", form);
  const minutes = offers.find((one) => one.id === activityId)?.minutes;

  const ends = (values: Values): string | null => {
    if (!values.ends) return null;
    const last = values.ends.format("HH:mm") <= values.starts.format("HH:mm") ? values.day.add(1, "day") : values.day;
    return instant(last, values.ends);
  };

  const save = useSave<SessionRow, Values>({
    form,
    row: session,
    names: { starts_at: "starts", ends_at: "ends" },
    newest: () => call(api.GET("/api/v1/sessions/{id}", { params: { path: { id: session?.id ?? "" } } })),
    send: (values, version) =>
      session
        ? call(
            api.PATCH("/api/v1/sessions/{id}", {
              params: { path: { id: session.id }, header: ifMatch(version) },
              body: {
                ...(!begun && {
                  starts_at: instant(values.day, values.starts),
                  ends_at: ends(values),
                  door_mode: doorMode(values),
                  ...releaseBody(values),
                }),
                place: values.place,
                capacity: values.capacity,
                walk_ins: values.walk_ins,
                status: values.open ? "open" : "closed",
              },
            }),
          )
        : call(
            api.POST("/api/v1/sessions", {
              body: {
                activity_id: values.activity_id,
                starts_at: instant(values.day, values.starts),
                ends_at: ends(values),
                place: values.place,
                capacity: values.capacity,
                walk_ins: values.walk_ins,
                door_mode: doorMode(values),
                ...releaseBody(values),
              },
            }),
          ),
    done: (saved) => {
      message.success(session ? t("form.saved") : t("form.made"));
      void invalidate("/api/v1/sessions", "/api/v1/public");
      onClose();
      if (!session) navigate(`/sessions/${saved.id}`);
    },
  });

  const close = () => {
    if (!dirty) onClose();
    else
      modal.confirm({
        title: t("form.leave"),
        okText: t("form.leaveOk"),
        cancelText: t("form.stay"),
        onOk: onClose,
      });
  };

  const show = (values: Values, field: keyof Omit<Values, "activity_id">): string => {
    if (field === "day") return formatTime(values.day.format("YYYY-MM-DD"), "date", language);
    if (field === "starts") return values.starts.format("HH:mm");
    if (field === "ends") return values.ends?.format("HH:mm") ?? "";
    if (field === "opens_at" || field === "to_all_at" || field === "quotas") return releaseShown(values, field, language);
    if (field === "open") return values.open ? common("status.session.open") : common("status.session.closed");
    if (field === "walk_ins" || field === "in_out") return t(values[field] ? "form.on" : "form.off");
    return String(values[field] ?? "");
  };
  const fields = (["day", "starts", "ends", "place", "capacity", "walk_ins", "in_out", "opens_at", "to_all_at", "quotas", "open"] as const).map((field) => {
    const theirs = save.conflict ? show(valuesOf(save.conflict.theirs), field) : "";
    const mine = save.conflict ? show(save.conflict.mine, field) : "";
    return { key: field, label: t(`form.${field}`), theirs, mine, differs: theirs !== mine };
  });

  const initial: Partial<Values> = session
    ? valuesOf(session)
    : {
        ...(chosen && { activity_id: chosen }),
        ...(props.day && { day: dayjs(props.day) }),
        place: "",
        capacity: null,
        walk_ins: false,
        in_out: false,
        opens_at: null,
        to_all_at: null,
        quotas: [],
        open: true,
      };
  const required = [{ required: true, message: common("problem.field.required") }];
  return (
    <Drawer
      open
      title={session ? t("form.editSession") : t("form.newSession")}
      size={phone ? "100%" : 480}
      onClose={close}
      mask={{ closable: !dirty }}
      footer={
        <Flex gap={8} justify="end">
          <Button onClick={close}>{common("action.cancel")}</Button>
          <Button type="primary" loading={save.saving} onClick={() => form.submit()}>
            {session ? common("action.save") : t("form.make")}
          </Button>
        </Flex>
      }
    >
      {save.unplaced && <ProblemAlert {...save.unplaced} />}
      {begun && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t("form.settled")} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={initial}
        onValuesChange={() => setDirty(true)}
        onFinish={(values: Values) => save.submit({ ...initial, ...values })}
      >
        {!session && hosts.length > 1 && chosen === undefined && (
          <Form.Item label={t("session.host")}>
            <Select
              aria-label={t("session.host")}
              value={hostId ?? null}
              options={hosts.map((host) => ({ value: host.id, label: host.name }))}
              onChange={(next: string) => {
                setHost(next);
                form.resetFields(["activity_id"]);
              }}
            />
          </Form.Item>
        )}
        {!session && (
          <Form.Item
            name="activity_id"
            label={t("form.activity")}
            rules={required}
            extra={minutes === undefined ? undefined : t("form.activityMinutes", { count: minutes })}
          >
            <Select
              showSearch={{ optionFilterProp: "label" }}
              disabled={chosen !== undefined}
              loading={activities.isLoading || activity.isLoading}
              placeholder={t("form.activityPlaceholder")}
              notFoundContent={t("form.noActivity")}
              options={offers.map((one) => ({
                value: one.id,
                label: `${named(one.title_zh, one.title_en)} · ${kind(one.kind)}`,
              }))}
            />
          </Form.Item>
        )}
        <Form.Item name="day" label={t("form.day")} rules={required}>
          <DatePicker disabled={begun} style={{ width: "100%" }} />
        </Form.Item>
        <Flex gap={12}>
          <Form.Item name="starts" label={t("form.starts")} rules={required} style={{ flex: 1 }}>
            <TimePicker format="HH:mm" minuteStep={5} disabled={begun} needConfirm={false} style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item
            name="ends"
            label={t("form.ends")}
            extra={session ? undefined : t("form.endsHelp")}
            style={{ flex: 1 }}
            {...(session && { rules: required })}
          >
            <TimePicker format="HH:mm" minuteStep={5} disabled={begun} needConfirm={false} style={{ width: "100%" }} />
          </Form.Item>
        </Flex>
        <Form.Item name="place" label={t("form.place")}>
          <Input maxLength={200} placeholder={t("form.placePlaceholder")} />
        </Form.Item>
        <Form.Item name="capacity" label={t("form.capacity")} extra={t("form.capacityHelp")}>
          <InputNumber min={1} max={100_000} precision={0} style={{ width: 160 }} />
        </Form.Item>
        <Form.Item name="walk_ins" label={t("form.walk_ins")} valuePropName="checked" extra={t("form.walkInsHelp")}>
          <Switch />
        </Form.Item>
        <Form.Item name="in_out" label={t("form.in_out")} valuePropName="checked" extra={t("form.inOutHelp")}>
          <Switch disabled={begun} />
        </Form.Item>
        <Release disabled={begun} />
        {session && (
          <Form.Item name="open" label={t("form.open")} valuePropName="checked" extra={t("form.openHelp")}>
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
