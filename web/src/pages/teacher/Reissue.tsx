import { QrcodeOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Form, Input, Modal } from "antd";
import { useState } from "react";
import { api, call } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { ProblemAlert } from "@/ui/ProblemAlert";

/** Replaces the pass of a pupil who has lost it. */
export default function Reissue({ person }: { person: string }) {
  const { t } = useTranslation("teacher");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<{ reason: string }>();
  const reissue = useMutation({
    mutationFn: ({ reason }: { reason: string }) =>
      call(api.POST("/api/v1/persons/{id}/pass/reissue", { params: { path: { id: person }, header: key.header }, body: { reason } })),
    onSuccess: ({ issue }) => {
      key.renew();
      message.success(t("person.reissued", { issue }));
      void invalidate("/api/v1/persons");
      form.resetFields();
      setOpen(false);
    },
  });
  return (
    <>
      <Button icon={<QrcodeOutlined />} onClick={() => setOpen(true)}>
        {t("person.reissue")}
      </Button>
      <Modal
        open={open}
        title={t("person.reissue")}
        okText={t("person.reissue")}
        cancelText={common("action.cancel")}
        confirmLoading={reissue.isPending}
        onOk={() => form.submit()}
        onCancel={() => setOpen(false)}
      >
        <p>{t("person.reissueLead")}</p>
        <ProblemAlert error={reissue.error} />
        <Form form={form} layout="vertical" onFinish={(values: { reason: string }) => reissue.mutate(values)}>
          <Form.Item name="reason" label={t("person.reissueReason")} rules={[{ required: true, message: common("problem.field.required") }]}>
            <Input maxLength={200} placeholder={t("person.reissueExample")} />
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}
