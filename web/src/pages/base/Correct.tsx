import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Form, Input, InputNumber, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call, ifMatch } from "@/api/client";
import { type FieldError, isProblem } from "@/api/problem";
import { getQuery, useInvalidate } from "@/api/query";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import type { Guest } from "./guests";

interface Values {
  minutes?: number | null;
  reason: string;
}

/** Corrects or takes away what was confirmed; credit follows, and the history stays. */
export default function Correct({ guest, what, onClose }: { guest: Guest; what: "amend" | "void"; onClose: () => void }) {
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const newest = useQuery(getQuery("/api/v1/participations/{id}", { params: { path: { id: guest.id } } }));
  const version = Math.max(newest.data?.version ?? 0, guest.version);
  const save = useMutation({
    mutationFn: (values: Values) => {
      const params = { path: { id: guest.id }, header: ifMatch(version) };
      return what === "amend"
        ? call(
            api.POST("/api/v1/participations/{id}/amend", {
              params,
              body: { reason: values.reason, minutes: values.minutes ?? null },
            }),
          )
        : call(api.POST("/api/v1/participations/{id}/void", { params, body: { reason: values.reason } }));
    },
    onMutate: () => setUnplaced(undefined),
    onSuccess: () => {
      message.success(t(`correct.done.${what}`, { name: guest.name }));
      void invalidate("/api/v1/participations", "/api/v1/sessions", "/api/v1/reports");
      onClose();
    },
    onError: (error) => {
      if (isProblem(error, "version_changed")) void newest.refetch();
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const shown = newest.data?.minutes ?? guest.minutes ?? guest.planned_minutes;
  return (
    <Modal
      open
      title={t(`correct.title.${what}`, { name: guest.name })}
      okText={t(`correct.${what}`)}
      okButtonProps={{ danger: what === "void" }}
      cancelText={common("action.cancel")}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t(`correct.effect.${what}`)} />
      <Form form={form} layout="vertical" initialValues={{ minutes: shown, reason: "" }} onFinish={(values) => save.mutate(values)}>
        {what === "amend" && (
          <Form.Item name="minutes" label={t("correct.minutes")} extra={t("correct.now", { count: shown })} rules={[{ required: true, message: common("problem.field.required") }]}>
            <InputNumber min={0} max={1440} precision={0} style={{ width: 140 }} />
          </Form.Item>
        )}
        <Form.Item name="reason" label={t("correct.reason")} rules={[{ required: true, whitespace: true, message: t("roll.reasonMissing") }]}>
          <Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 5 }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
