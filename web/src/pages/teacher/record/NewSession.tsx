import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, DatePicker, Form, Input, InputNumber, Modal, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import type { FieldError } from "@/api/problem";
import { useNamed, useText } from "@/i18n/useText";
import { useKind } from "@/ui/names";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { wallToInstant } from "@/ui/time";
import type { Session } from "./draft";

interface Values {
  activity_id?: string;
  title_zh?: string;
  kind?: string;
  minutes?: number;
  starts_at: Dayjs;
  place?: string;
}

const NEW = "new";
const KINDS = ["lecture", "club", "festival", "research", "practice", "visit"];

interface Props {
  school: string;
  onClose: () => void;
  onMade: (session: Session) => void;
}

/** A session of the own school, of one of its activities or of a new one. Those of bases are made by the bases. */
export default function NewSession({ school, onClose, onMade }: Props) {
  const { t } = useTranslation("teacher");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const kind = useKind();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<Values>();
  const [rest, setRest] = useState<FieldError[]>();
  const [made, setMade] = useState<string>();
  const chosen = Form.useWatch("activity_id", form);
  const { data: activities } = useQuery(
    getQuery("/api/v1/activities", { params: { query: { host_id: school, status: "open", limit: 200 } } }),
  );

  const save = useMutation({
    mutationFn: async (values: Values) => {
      let activity = values.activity_id === NEW ? made : values.activity_id;
      if (activity === undefined) {
        const created = await call(
          api.POST("/api/v1/activities", {
            body: {
              host_id: school,
              code: `T${Date.now().toString(36).toUpperCase()}`,
              kind: values.kind ?? "lecture",
              title_zh: values.title_zh ?? "",
              minutes: values.minutes ?? 0,
            },
          }),
        );
        activity = created.id;
        setMade(created.id);
      }
      return call(
        api.POST("/api/v1/sessions", {
          body: {
            activity_id: activity,
            starts_at: wallToInstant(values.starts_at.format("YYYY-MM-DDTHH:mm")),
            ...(values.place && { place: values.place }),
          },
        }),
      );
    },
    onSuccess: (session) => {
      void invalidate("/api/v1/sessions", "/api/v1/activities");
      onMade(session);
    },
    onError: (error) => setRest(applyProblemToForm(form, error, say.field).rest),
  });

  return (
    <Modal
      open
      title={t("new.title")}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>
          {common("action.cancel")}
        </Button>,
        <Button key="ok" type="primary" loading={save.isPending} onClick={() => form.submit()}>
          {t("new.ok")}
        </Button>,
      ]}
    >
      <Muted block style={{ marginTop: 0 }}>
        {t("new.lead")}
      </Muted>
      <ProblemAlert error={save.error} {...(rest && { rest })} />
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ starts_at: dayjs().minute(0).second(0), minutes: 45, kind: "lecture" }}
        onFinish={(values) => save.mutate(values)}
      >
        <Form.Item name="activity_id" label={t("new.activity")} rules={[{ required: true, message: t("new.activityNeeded") }]}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            placeholder={t("new.activityHint")}
            options={[
              { value: NEW, label: t("new.newActivity") },
              ...(activities?.items ?? []).map((one) => ({
                value: one.id,
                label: `${named(one.title_zh, one.title_en)} · ${kind(one.kind)} · ${t("record.minutes", { count: one.minutes })}`,
              })),
            ]}
          />
        </Form.Item>
        {chosen === NEW && (
          <>
            <Form.Item name="title_zh" label={t("new.name")} rules={[{ required: true, whitespace: true, message: t("new.nameNeeded") }]}>
              <Input maxLength={200} />
            </Form.Item>
            <div style={{ display: "grid", gridTemplateColumns: "1fr 1fr", gap: 12 }}>
              <Form.Item name="kind" label={t("new.kind")}>
                <Select options={KINDS.map((value) => ({ value, label: text(`common:activityKind.${value}`) }))} />
              </Form.Item>
              <Form.Item name="minutes" label={t("new.minutes")} rules={[{ required: true, message: t("new.minutesNeeded") }]}>
                <InputNumber min={1} max={1440} precision={0} style={{ width: "100%" }} />
              </Form.Item>
            </div>
          </>
        )}
        <Form.Item name="starts_at" label={t("new.starts")} rules={[{ required: true, message: t("new.startsNeeded") }]}>
          <DatePicker showTime={{ format: "HH:mm", minuteStep: 5 }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="place" label={t("new.place")}>
          <Input maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
