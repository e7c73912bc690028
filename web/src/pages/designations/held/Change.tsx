import { Button, Form, Input, Modal } from "antd";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { useTranslation } from "@/i18n";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { today } from "@/ui/time";
import { Day } from "../Day";
import { lasting } from "../lasting";
import { useRequired } from "../scheme/useRequired";
import { Told, useEffectOf } from "./Effect";

interface Props {
  step: "suspend" | "lift" | "revoke";
  designation: Schemas["DesignationView"];
  onDone: () => void;
  onClose: () => void;
}

interface Values {
  from: string;
  to?: string | null;
  reason: string;
}

/** Suspends, lifts or revokes; what that would affect is told before it is done, and again for another day. */
export default function Change({ step, designation: row, onDone, onClose }: Props) {
  const { t } = useTranslation("designations");
  const { t: common } = useTranslation();
  const say = useProblemText();
  const required = useRequired();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const now = today();
  const begun = lasting(row, now)?.from;
  const first = step === "lift" && begun && begun > now ? begun : now;
  const from = Form.useWatch("from", form) ?? first;
  const to = Form.useWatch("to", form);
  const effect = useEffectOf(row.id, step, from, to);
  const change = useMutation({
    mutationFn: ({ to: last, ...body }: Values) => {
      const params = { path: { id: row.id }, header: ifMatch(row.version) };
      if (step === "suspend") return call(api.POST("/api/v1/designations/{id}/suspend", { params, body: { ...body, ...(last && { to: last }) } }));
      if (step === "lift") return call(api.POST("/api/v1/designations/{id}/lift", { params, body }));
      return call(api.POST("/api/v1/designations/{id}/revoke", { params, body }));
    },
    onMutate: () => setUnplaced(undefined),
    onSuccess: onDone,
    onError: (error) => {
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  return (
    <Modal
      open
      title={t(`held.${step}`)}
      onCancel={onClose}
      mask={{ closable: false }}
      footer={[
        <Button key="back" onClick={onClose}>
          {common("action.cancel")}
        </Button>,
        <Button
          key="go"
          type="primary"
          danger={step !== "lift"}
          // Nobody does it without having been told what it does.
          disabled={!effect.data || effect.isFetching}
          loading={change.isPending}
          onClick={() => form.submit()}
        >
          {t(`held.${step}`)}
        </Button>,
      ]}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      {step === "revoke" && <p style={{ marginTop: 0 }}>{t("held.revokeLead")}</p>}
      <Form form={form} layout="vertical" initialValues={{ from: first, reason: "" }} onFinish={(values) => change.mutate(values)}>
        <Form.Item name="from" label={t(`effect.from.${step}`)} extra={t("effect.past")} rules={required}>
          <Day allowClear={false} min={row.valid_from} {...(row.valid_to && { max: row.valid_to })} />
        </Form.Item>
        {step === "suspend" && (
          <Form.Item name="to" label={t("effect.to")} extra={t("effect.toHelp")}>
            <Day min={from} {...(row.valid_to && { max: row.valid_to })} />
          </Form.Item>
        )}
        <Told effect={effect} step={step} from={from} />
        <Form.Item name="reason" label={t("reason")} rules={required.map((rule) => ({ ...rule, whitespace: true }))}>
          <Input maxLength={400} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
