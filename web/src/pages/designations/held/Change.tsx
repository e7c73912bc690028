import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Modal, Spin } from "antd";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { DateTime } from "@/ui/DateTime";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { today } from "@/ui/time";
import { Day } from "../Day";
import { useRequired } from "../scheme/useRequired";
import { thousandths, useDay } from "../words";

interface Props {
  step: "suspend" | "lift" | "revoke";
  designation: Schemas["DesignationView"];
  onDone: () => void;
  onClose: () => void;
}

interface Values {
  from: string;
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
  const begun = row.suspensions.find((one) => !one.lifted_from)?.from;
  const now = today();
  const first = step === "lift" && begun && begun > now ? begun : now;
  const from = Form.useWatch("from", form) ?? first;
  const effect = useQuery({
    ...getQuery("/api/v1/designations/{id}/effect", { params: { path: { id: row.id }, query: { step, from } } }),
    staleTime: 0,
    gcTime: 0,
  });
  const change = useMutation({
    mutationFn: (body: Values) => {
      const params = { path: { id: row.id }, header: ifMatch(row.version) };
      if (step === "suspend") return call(api.POST("/api/v1/designations/{id}/suspend", { params, body }));
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
      <Form form={form} layout="vertical" initialValues={{ from: first, reason: "" }} onFinish={(values) => change.mutate(values)}>
        <Form.Item name="from" label={t(`effect.from.${step}`)} extra={t("effect.past")} rules={required}>
          <Day allowClear={false} min={step === "lift" ? begun : row.valid_from} {...(row.valid_to && { max: row.valid_to })} />
        </Form.Item>
        <section aria-label={t("effect.title")} aria-busy={effect.isFetching} style={{ marginBottom: 16 }}>
          <h3 style={{ fontSize: 15, margin: "0 0 6px" }}>{t("effect.title")}</h3>
          {effect.isFetching && <Spin size="small" aria-label={t("effect.computing")} />}
          {!effect.isFetching && effect.error && <ProblemAlert error={effect.error} retry={effect.refetch} />}
          {!effect.isFetching && effect.data && <Effect effect={effect.data} step={step} from={from} />}
        </section>
        <Form.Item name="reason" label={t("reason")} rules={required.map((rule) => ({ ...rule, whitespace: true }))}>
          <Input maxLength={400} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function Effect({ effect, step, from }: { effect: Schemas["DesignationEffect"]; step: Props["step"]; from: string }) {
  const { t } = useTranslation("designations");
  const day = useDay();
  const none = effect.sessions + effect.pending + effect.records === 0;
  return (
    <>
      <Alert
        type={none ? "success" : step === "lift" ? "info" : "warning"}
        showIcon
        title={none ? t("effect.none") : t(`effect.lead.${step}`, { day: day(from) })}
        description={
          none ? undefined : (
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>
              <li>{t("effect.sessions", { count: effect.sessions })}</li>
              <li>{t("effect.pending", { count: effect.pending })}</li>
              <li>
                {t("effect.credit", {
                  records: effect.records,
                  persons: effect.persons,
                  credit: effect.credit === 0 ? "0" : thousandths(effect.credit),
                })}
              </li>
              {effect.districts > 1 && <li>{t("effect.districts", { count: effect.districts })}</li>}
            </ul>
          )
        }
      />
      {effect.first_sessions.length > 0 && (
        <details style={{ marginTop: 8 }}>
          <summary>{t("effect.which")}</summary>
          <ul style={{ margin: "6px 0 0", paddingInlineStart: 18 }}>
            {effect.first_sessions.map((one) => (
              <li key={one.id}>
                <Link to={`/sessions/${one.id}`}>{one.title_zh}</Link> <DateTime value={one.starts_at} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
