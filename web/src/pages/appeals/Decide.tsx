import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Flex, Form, Input, InputNumber, Radio, Select } from "antd";
import { useState } from "react";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { useIdempotencyKey } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { AWARDS, LEVELS } from "@/pages/teacher/award";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { type Detail, Heading, useStepped } from "./Appeal";

type Correction = Schemas["CorrectionRequest"];
type Values = Correction & { reason: string };

/** Only what belongs to the kind, and only what was given. */
function correctionOf(values: Partial<Values>): Correction | undefined {
  const { kind, minutes, quantity, contest_level, award, place } = values;
  if (!kind) return undefined;
  const given = kind === "correct" ? { contest_level, award, place } : kind === "confirm" || kind === "amend" ? { minutes, quantity } : {};
  return { kind, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined)) };
}

/** The district's word: what is put right, what that does to the credit, and why. */
export default function Decide({ of }: { of: Detail }) {
  const { t } = useTranslation("appeals");
  const text = useText();
  const { message } = App.useApp();
  const key = useIdempotencyKey();
  const stepped = useStepped();
  const [form] = Form.useForm<Values>();
  const usual = of.possible.includes(of.wants) ? of.wants : of.possible[0];
  const [correction, setCorrection] = useState(usual && { kind: usual });
  const decide = useMutation({
    mutationFn: (body: Schemas["AppealDecideRequest"]) =>
      call(api.POST("/api/v1/appeals/{id}/decision", { params: { path: { id: of.id }, header: { ...ifMatch(of.version), ...key.header } }, body })),
    onSuccess: (after) => message.success(after.state === "granted" ? t("granted") : t("declined")),
    onSettled: () => {
      key.renew();
      return stepped();
    },
  });
  const send = async (grant: boolean) => {
    const { reason } = await form.validateFields();
    decide.mutate({ reason, ...(grant && { correction: correctionOf(form.getFieldsValue()) }) });
  };
  const number = (name: "minutes" | "quantity" | "place", min: number, max: number) => (
    <Form.Item name={name} label={t(name)}>
      <InputNumber min={min} max={max} precision={0} placeholder={t("keep")} style={{ width: 200 }} />
    </Form.Item>
  );
  return (
    <>
      <Heading>{t("decide")}</Heading>
      <ProblemAlert error={decide.error} />
      {!usual && <Alert type="info" showIcon title={t("impossible")} style={{ marginBottom: 16 }} />}
      <Form
        form={form}
        layout="vertical"
        style={{ maxWidth: 640 }}
        initialValues={{ kind: usual }}
        onValuesChange={(_, values) => setCorrection(correctionOf(values))}
      >
        {usual && (
          <Form.Item name="kind" label={t("correction")}>
            <Radio.Group options={of.possible.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))} />
          </Form.Item>
        )}
        {(correction?.kind === "confirm" || correction?.kind === "amend") && (
          <Flex gap={16} wrap>
            {number("minutes", 0, 1440)}
            {of.line.quantity !== null && of.line.quantity !== undefined && number("quantity", 0, 100_000)}
          </Flex>
        )}
        {correction?.kind === "correct" && (
          <Flex gap={16} wrap>
            <Form.Item name="contest_level" label={t("level")}>
              <Select allowClear placeholder={t("keep")} style={{ width: 200 }} options={LEVELS.map((value) => ({ value, label: text(`teacher:result.level.${value}`) }))} />
            </Form.Item>
            <Form.Item name="award" label={t("award")}>
              <Select allowClear placeholder={t("keep")} style={{ width: 200 }} options={AWARDS.map((value) => ({ value, label: text(`teacher:result.award.${value}`) }))} />
            </Form.Item>
            {of.line.place && number("place", 1, 100_000)}
          </Flex>
        )}
        {correction && <Effect of={of} correction={correction} />}
        <Form.Item name="reason" label={t("reason")} extra={t("reasonHint")} rules={[{ required: true, whitespace: true, message: t("reasonMissing") }]}>
          <Input.TextArea maxLength={400} autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
        <Flex gap={8} wrap>
          <Button type="primary" disabled={!usual || decide.isPending} onClick={() => void send(true).catch(() => undefined)}>
            {t("grant")}
          </Button>
          <Button danger disabled={decide.isPending} onClick={() => void send(false).catch(() => undefined)}>
            {t("decline")}
          </Button>
        </Flex>
      </Form>
    </>
  );
}

/** What a grant would do to the student's credit; why it cannot be, where it cannot. */
function Effect({ of, correction }: { of: Detail; correction: Correction }) {
  const { t } = useTranslation("appeals");
  const { data, error } = useQuery({
    queryKey: ["/api/v1/appeals/{id}/preview", of.id, of.version, correction],
    queryFn: () => call(api.POST("/api/v1/appeals/{id}/preview", { params: { path: { id: of.id } }, body: correction })),
    retry: false,
  });
  if (error) return <ProblemAlert error={error} />;
  return (
    <div role="status" style={{ minHeight: 24, marginBottom: 16 }}>
      {data?.effects.map(({ policy_id, before, after }) => (
        <div key={policy_id}>{before === after ? t("noEffect", { before }) : t("effect", { before, after })}</div>
      ))}
    </div>
  );
}
