import { useMutation } from "@tanstack/react-query";
import { App, Checkbox, DatePicker, Form, Input, Modal, Radio, Rate } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { api, call, ifMatch } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { useHosts } from "@/pages/base/hosts";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { formatTime, today } from "@/ui/time";
import type { Step } from "./Steps";
import { type Booking, CONDITIONS } from "./words";

interface Values {
  reason?: string;
  on?: Dayjs;
  last_day?: Dayjs;
  condition?: (typeof CONDITIONS)[number];
  remark?: string;
  stars?: number;
  faulty?: string[];
}

/** One step of a booking, with what it needs to be said. */
export default function StepForm({ step, row, onClose }: { step: Exclude<Step, "move">; row: Booking; onClose: () => void }) {
  const { t } = useTranslation("resources");
  const { t: common } = useTranslation();
  const { language } = useLanguage();
  const named = useNamed();
  const say = useProblemText();
  const own = useHosts();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const now = today();
  const send = (values: Values): Promise<unknown> => {
    const params = { path: { id: row.id }, header: ifMatch(row.version) };
    const on = values.on?.format("YYYY-MM-DD") ?? null;
    const reason = values.reason ?? "";
    const remark = values.remark ?? "";
    if (step === "approve") return call(api.POST("/api/v1/bookings/{id}/approve", { params }));
    if (step === "refuse") return call(api.POST("/api/v1/bookings/{id}/refuse", { params, body: { reason } }));
    if (step === "deliver") return call(api.POST("/api/v1/bookings/{id}/deliver", { params, body: { on } }));
    if (step === "extend" || step === "askLonger")
      return call(api.POST("/api/v1/bookings/{id}/extend", { params, body: { last_day: values.last_day?.format("YYYY-MM-DD") ?? "", reason } }));
    if (step === "refuseLonger") return call(api.POST("/api/v1/bookings/{id}/refuse-extension", { params, body: { reason } }));
    if (step === "undo") return call(api.POST("/api/v1/bookings/{id}/undo-delivery", { params }));
    if (step === "cancel") return call(api.POST("/api/v1/bookings/{id}/cancel", { params, body: { reason } }));
    if (step === "return")
      return call(
        api.POST("/api/v1/bookings/{id}/return", { params, body: { on, condition: values.condition ?? "good", remark, faulty: values.faulty ?? [] } }),
      );
    return call(api.POST("/api/v1/bookings/{id}/rating", { params: { path: { id: row.id } }, body: { stars: values.stars ?? 0, remark } }));
  };
  const take = useMutation({
    mutationFn: send,
    onMutate: () => setUnplaced(undefined),
    onSuccess: () => {
      message.success(t(`step.done.${step}`));
      void invalidate("/api/v1/bookings", "/api/v1/resources", "/api/v1/tours");
      onClose();
    },
    onError: (error) => {
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const condition = Form.useWatch("condition", form);
  const owns = own.some((one) => one.id === row.owner_id);
  const required = [{ required: true, whitespace: true, message: common("problem.field.required") }];
  const broken = condition === "damaged" || condition === "lost";
  const about = {
    name: named(row.resource_title_zh, row.resource_title_en),
    organization: named(row.organization_name_zh, row.organization_name_en),
    first: formatTime(row.first_day, "date", language),
    last: formatTime(row.last_day, "date", language),
  };
  return (
    <Modal
      open
      title={t(`step.${step}`)}
      okText={t(`step.${step}`)}
      okButtonProps={{ danger: step === "refuse" || step === "cancel" || step === "refuseLonger" }}
      cancelText={common("action.back")}
      confirmLoading={take.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <p style={{ marginTop: 0 }}>{t("step.about", about)}</p>
      {row.purpose && <p>{row.purpose}</p>}
      {step === "undo" && <p>{t("step.undoLead")}</p>}
      {(step === "extend" || step === "refuseLonger") && row.longer_until && (
        <p>{t("step.wanted", { day: formatTime(row.longer_until, "date", language), reason: row.longer_reason })}</p>
      )}
      <Form
        form={form}
        layout="vertical"
        initialValues={{
          on: dayjs(now),
          condition: "good",
          stars: 5,
          last_day: dayjs(row.longer_until ?? (row.last_day > now ? row.last_day : now)).add(row.longer_until ? 0 : 7, "day"),
        }}
        onFinish={(values) => take.mutate(values)}
      >
        {(step === "deliver" || step === "return") && (
          <Form.Item name="on" label={t(step === "deliver" ? "step.deliveredOn" : "step.returnedOn")} rules={[{ required: true, message: common("problem.field.required") }]}>
            <DatePicker allowClear={false} disabledDate={(at) => at.format("YYYY-MM-DD") > now} />
          </Form.Item>
        )}
        {(step === "extend" || step === "askLonger") && (
          <Form.Item name="last_day" label={t("step.lastDay")} rules={[{ required: true, message: common("problem.field.required") }]}>
            <DatePicker
              allowClear={false}
              disabledDate={(at) => at.format("YYYY-MM-DD") <= row.last_day || at.format("YYYY-MM-DD") < now}
            />
          </Form.Item>
        )}
        {step === "return" && (
          <Form.Item name="condition" label={t("step.condition")}>
            <Radio.Group options={CONDITIONS.map((value) => ({ value, label: t(`condition.${value}`) }))} />
          </Form.Item>
        )}
        {step === "return" && broken && row.item_ids.length > 1 && (
          <Form.Item name="faulty" label={t("step.faulty")} rules={[{ required: true, message: t("step.faultyMissing") }]}>
            <Checkbox.Group options={row.item_ids.map((value, at) => ({ value, label: row.labels[at] ?? value }))} />
          </Form.Item>
        )}
        {step === "rate" && (
          <Form.Item name="stars" label={t("step.stars")}>
            <Rate allowClear={false} tooltips={[1, 2, 3, 4, 5].map((count) => t("rating.stars", { count }))} />
          </Form.Item>
        )}
        {(step === "refuse" || step === "cancel" || step === "refuseLonger" || step === "askLonger") && (
          <Form.Item name="reason" label={t("step.reason")} {...((step === "refuse" || step === "refuseLonger" || (step === "cancel" && owns)) && { rules: required })}>
            <Input maxLength={400} />
          </Form.Item>
        )}
        {(step === "return" || step === "rate") && (
          <Form.Item name="remark" label={t("step.remark")} {...(broken && { rules: required, extra: t("step.outOfService") })}>
            <Input maxLength={step === "rate" ? 400 : 200} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
