import { useMutation } from "@tanstack/react-query";
import { App, Form, Input, Modal, Radio } from "antd";
import { api, call, type Schemas } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { DateTime } from "../DateTime";
import { Muted } from "../Muted";
import { ProblemAlert } from "../ProblemAlert";

type CorrectionKind = Schemas["CorrectionKind"];

interface Props {
  line: Schemas["QuestionableLine"];
  title: string;
  onClose: () => void;
}

/** The small form by which a line is questioned. */
export default function Ask({ line, title, onClose }: Props) {
  const { t } = useTranslation("appeals");
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const [form] = Form.useForm<{ grounds: string; wants: CorrectionKind }>();
  const kinds = line.wants;
  const file = useMutation({
    mutationFn: ({ grounds, wants }: { grounds: string; wants: CorrectionKind }) =>
      call(api.POST("/api/v1/appeals", { params: { header: key.header }, body: { line_kind: line.line_kind, line_id: line.line_id, grounds, wants } })),
    onSuccess: async () => {
      message.success(t("sent"));
      key.renew();
      onClose();
      await invalidate("/api/v1/appeals");
    },
    onError: () => key.renew(),
  });
  return (
    <Modal
      open
      title={t("askTitle")}
      okText={t("send")}
      confirmLoading={file.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
      mask={{ closable: false }}
    >
      <p>
        <strong>{title}</strong>
      </p>
      <p>
        {t("askLead")}{" "}
        <Muted>
          {t("askUntil")} <DateTime value={line.until} style="date" />
        </Muted>
      </p>
      <ProblemAlert error={file.error} />
      <Form form={form} layout="vertical" initialValues={{ wants: kinds[0] }} onFinish={(values) => file.mutate(values)}>
        <Form.Item name="wants" label={t("wants")} hidden={kinds.length < 2}>
          <Radio.Group options={kinds.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))} />
        </Form.Item>
        <Form.Item name="grounds" label={t("grounds")} extra={t("groundsHint")} rules={[{ required: true, whitespace: true, message: t("groundsMissing") }]}>
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 3, maxRows: 8 }} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
