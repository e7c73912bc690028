import { useMutation } from "@tanstack/react-query";
import { App, Form, Input, Modal } from "antd";
import { api, call, ifMatch } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { ProblemAlert } from "@/ui/ProblemAlert";
import type { Resource } from "./words";

/** Takes a resource off the offer; those who look for it read why. */
export default function Close({ resource, onClose }: { resource: Resource; onClose: () => void }) {
  const { t } = useTranslation("resources");
  const { t: common } = useTranslation();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ reason: string }>();
  const close = useMutation({
    mutationFn: ({ reason }: { reason: string }) =>
      call(
        api.POST("/api/v1/resources/{id}/close", {
          params: { path: { id: resource.id }, header: ifMatch(resource.version) },
          body: { reason },
        }),
      ),
    onSuccess: () => {
      message.success(t("form.saved"));
      void invalidate("/api/v1/resources");
      onClose();
    },
  });
  return (
    <Modal
      open
      title={t("close.title")}
      okText={t("close.action")}
      okButtonProps={{ danger: true }}
      cancelText={common("action.cancel")}
      confirmLoading={close.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <ProblemAlert error={close.error} />
      <p style={{ marginTop: 0 }}>{t("close.lead")}</p>
      <Form form={form} layout="vertical" onFinish={(values) => close.mutate(values)}>
        <Form.Item name="reason" label={t("step.reason")} rules={[{ required: true, whitespace: true, message: common("problem.field.required") }]}>
          <Input maxLength={400} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
