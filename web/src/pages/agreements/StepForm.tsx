import { useMutation } from "@tanstack/react-query";
import { App, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { api, call, ifMatch } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { useIdempotencyKey, useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import type { Host } from "@/pages/base/hosts";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import type { Agreement } from "./words";

export type Step = "offer" | "sign" | "refuse" | "recall" | "withdraw" | "dispute" | "uphold" | "strike";

/** Those that need to be told why. */
const WHY: Step[] = ["refuse", "dispute", "strike"];

interface Values {
  organization_id: string;
  name?: string;
  post?: string;
  reason?: string;
}

/** One step of an agreement in the name of a party, with what it needs to be said. */
export default function StepForm({ step, row, parties, onClose }: { step: Step; row: Agreement; parties: Host[]; onClose: () => void }) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const say = useProblemText();
  const me = useMe();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const signs = step === "offer" || step === "sign";
  const send = (values: Values): Promise<unknown> => {
    const params = { path: { id: row.id }, header: { ...ifMatch(row.version), ...key.header } };
    const organization_id = values.organization_id;
    const signature = { organization_id, name: values.name ?? "", post: values.post ?? "" };
    const reason = { organization_id, reason: values.reason ?? "" };
    if (step === "offer") return call(api.POST("/api/v1/agreements/{id}/offer", { params, body: signature }));
    if (step === "sign") return call(api.POST("/api/v1/agreements/{id}/sign", { params, body: signature }));
    if (step === "refuse") return call(api.POST("/api/v1/agreements/{id}/refuse", { params, body: reason }));
    if (step === "recall") return call(api.POST("/api/v1/agreements/{id}/recall", { params, body: reason }));
    if (step === "dispute") return call(api.POST("/api/v1/agreements/{id}/dispute", { params, body: reason }));
    if (step === "uphold") return call(api.POST("/api/v1/agreements/{id}/uphold", { params, body: reason }));
    // Nobody's party: an official entered it.
    if (step === "strike")
      return call(api.POST("/api/v1/agreements/{id}/strike", { params, body: { ...reason, organization_id: row.entered_for ?? null } }));
    return call(api.POST("/api/v1/agreements/{id}/withdraw", { params, body: reason }));
  };
  const take = useMutation({
    mutationFn: send,
    onMutate: () => setUnplaced(undefined),
    onSuccess: () => {
      key.renew();
      message.success(t(`step.done.${step}`));
      void invalidate("/api/v1/agreements", "/api/v1/network", "/api/v1/partners");
      onClose();
    },
    onError: (error) => {
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const required = [{ required: true, whitespace: true, message: common("problem.field.required") }];
  return (
    <Modal
      open
      title={t(`step.${step}`)}
      okText={t(`step.${step}`)}
      okButtonProps={{ danger: WHY.includes(step) || step === "withdraw" }}
      cancelText={common("action.back")}
      confirmLoading={take.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <p style={{ marginTop: 0 }}>{t(`step.lead.${step}`)}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ organization_id: parties[0]?.id, name: signs ? me.display_name : "" }}
        onFinish={(values: Values) => take.mutate({ ...values, organization_id: values.organization_id ?? parties[0]?.id ?? "" })}
      >
        {parties.length > 1 && (
          <Form.Item name="organization_id" label={t("step.for")} rules={required}>
            <Select options={parties.map((one) => ({ value: one.id, label: one.name }))} />
          </Form.Item>
        )}
        {signs ? (
          <>
            <Form.Item name="name" label={t("step.name")} rules={required}>
              <Input maxLength={60} autoFocus />
            </Form.Item>
            <Form.Item name="post" label={t("step.post")} rules={required}>
              <Input maxLength={60} />
            </Form.Item>
          </>
        ) : (
          <Form.Item name="reason" label={t("step.reason")} {...(WHY.includes(step) && { rules: required })}>
            <Input maxLength={400} autoFocus />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
