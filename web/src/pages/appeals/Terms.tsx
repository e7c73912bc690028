import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Drawer, Form, InputNumber, Typography } from "antd";
import { api, call, callWithETag, type Schemas } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useAccess } from "@/pages/district/access";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";

type Days = Schemas["AppealTerms"];

const FIELDS = [
  ["host_days", 90],
  ["district_days", 180],
  ["file_days", 3660],
] as const;

/** How many days answers take in the district. */
export function Terms({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("appeals");
  const { t: common } = useTranslation();
  const { official } = useAccess();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<Days>();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["/api/v1/appeal-terms"],
    queryFn: () => callWithETag(api.GET("/api/v1/appeal-terms")),
    gcTime: 0,
    staleTime: 0,
  });
  const save = useMutation({
    mutationFn: (body: Days) => call(api.PUT("/api/v1/appeal-terms", { params: { header: { "If-Match": data?.etag ?? "" } }, body })),
    onSuccess: async () => {
      message.success(t("terms.saved"));
      await invalidate("/api/v1/appeal-terms");
      onClose();
    },
  });
  return (
    <Drawer
      open
      size={420}
      title={t("terms.title")}
      onClose={onClose}
      footer={
        official && (
          <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
            {common("action.save")}
          </Button>
        )
      }
    >
      <Typography.Paragraph>{t("terms.lead")}</Typography.Paragraph>
      <ProblemAlert error={error ?? save.error} {...(error && { retry: refetch })} />
      {isPending && <PageSkeleton rows={4} />}
      {data && (
        <Form form={form} layout="vertical" initialValues={data.data} onFinish={(days) => save.mutate(days)}>
          {FIELDS.map(([name, max]) => (
            <Form.Item key={name} name={name} label={t(`terms.${name}`)} rules={[{ required: true, message: common("problem.field.required") }]}>
              <InputNumber min={1} max={max} precision={0} style={{ width: 140 }} disabled={!official} />
            </Form.Item>
          ))}
        </Form>
      )}
    </Drawer>
  );
}
