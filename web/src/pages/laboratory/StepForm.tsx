import { useMutation } from "@tanstack/react-query";
import { App, DatePicker, Form, Input, Modal } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { today } from "@/ui/time";

export type StepName = "submit" | "take-back" | "approve" | "reject" | "publish" | "retry" | "withdraw";

interface Values {
  note?: string;
  effective_on?: Dayjs;
}

/** One step of a draft, with what it needs to be said. */
export function StepForm({ step, draft, onClose }: { step: StepName; draft: Schemas["DraftDetail"]; onClose: () => void }) {
  const { t } = useTranslation("laboratory");
  const { lang } = useLanguage();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const reason = step === "reject" || step === "withdraw";
  const take = useMutation({
    mutationFn: (values: Values) => {
      const params = { path: { id: draft.id }, header: ifMatch(draft.version) };
      const body = { note: values.note ?? "" };
      if (step === "submit") return call(api.POST("/api/v1/policy-drafts/{id}/submit", { params: { ...params, query: { lang } }, body }));
      if (step === "take-back") return call(api.POST("/api/v1/policy-drafts/{id}/take-back", { params, body }));
      if (step === "approve") return call(api.POST("/api/v1/policy-drafts/{id}/approve", { params, body }));
      if (step === "reject") return call(api.POST("/api/v1/policy-drafts/{id}/reject", { params, body }));
      if (step === "retry") return call(api.POST("/api/v1/policy-drafts/{id}/retry", { params, body }));
      if (step === "withdraw") return call(api.POST("/api/v1/policy-drafts/{id}/withdraw", { params, body }));
      const effective_on = values.effective_on?.format("YYYY-MM-DD") ?? today();
      return call(
        api.POST("/api/v1/policy-drafts/{id}/publish", { params: { ...params, query: { lang } }, body: { ...body, effective_on } }),
      );
    },
    onMutate: () => setUnplaced(undefined),
    onSuccess: () => {
      message.success(t(`step.done.${step}`));
      void invalidate("/api/v1/policy-drafts", "/api/v1/policies", "/api/v1/adoptions");
      onClose();
    },
    onError: (error) => {
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  return (
    <Modal open title={t(`step.${step}`)} okText={t(`step.${step}`)} confirmLoading={take.isPending} onOk={() => form.submit()} onCancel={onClose}>
      <p>{t(`step.lead.${step}`)}</p>
      {unplaced && <ProblemAlert error={unplaced.error} rest={unplaced.rest} />}
      <Form form={form} layout="vertical" initialValues={{ effective_on: dayjs(today()) }} onFinish={(values: Values) => take.mutate(values)}>
        {step === "publish" && (
          <Form.Item name="effective_on" label={t("step.day")} rules={[{ required: true }]}>
            <DatePicker
              // Enter takes the day; it does not publish.
              onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
              allowClear={false} style={{ width: "100%" }} disabledDate={(day) => day.isBefore(dayjs(today()), "day")} />
          </Form.Item>
        )}
        <Form.Item name="note" label={t(reason ? "step.reason" : "step.note")} rules={[{ required: reason, whitespace: true }]}>
          <Input.TextArea rows={3} maxLength={1000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
