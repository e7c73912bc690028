import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Checkbox, Drawer, Form, InputNumber, Typography } from "antd";
import { api, call, callWithETag, type Schemas } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useAccess } from "@/pages/district/access";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";

type RulesView = Schemas["ExceptionRules"];

/** What the district wants to look at. */
export function Rules({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("exceptions");
  const { t: common } = useTranslation();
  const { official } = useAccess();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<RulesView>();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["/api/v1/exception-rules"],
    queryFn: () => callWithETag(api.GET("/api/v1/exception-rules")),
    gcTime: 0,
    staleTime: 0,
  });
  const save = useMutation({
    mutationFn: (body: RulesView) => call(api.PUT("/api/v1/exception-rules", { params: { header: { "If-Match": data?.etag ?? "" } }, body })),
    onSuccess: async () => {
      message.success(t("rules.saved"));
      await invalidate("/api/v1/exceptions", "/api/v1/exception-rules");
      onClose();
    },
  });
  const number = (name: string[], label: string, min: number, max: number, extra?: string) => (
    <Form.Item name={name} label={label} extra={extra} rules={[{ required: true, message: common("problem.field.required") }]}>
      <InputNumber min={min} max={max} precision={0} style={{ width: 140 }} disabled={!official} />
    </Form.Item>
  );
  /** A rule that may be switched off, with what it asks for. */
  const rule = (name: keyof RulesView, label: string, proposed: unknown, fields: React.ReactNode) => (
    <Form.Item noStyle shouldUpdate={(before: RulesView, after: RulesView) => (before[name] === null) !== (after[name] === null)}>
      {() => {
        const on = form.getFieldValue(name) !== null;
        return (
          <fieldset style={{ border: 0, padding: 0, margin: "0 0 16px" }}>
            <legend style={{ fontWeight: 600, marginBottom: 8 }}>
              <Checkbox checked={on} disabled={!official} onChange={({ target }) => form.setFieldValue(name, target.checked ? proposed : null)}>
                {label}
              </Checkbox>
            </legend>
            {on ? fields : <Form.Item name={name} hidden noStyle><input type="hidden" /></Form.Item>}
          </fieldset>
        );
      }}
    </Form.Item>
  );
  return (
    <Drawer
      open
      size={520}
      title={t("rules.title")}
      onClose={onClose}
      footer={
        official && (
          <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
            {common("action.save")}
          </Button>
        )
      }
    >
      <Typography.Paragraph>{t("rules.lead")}</Typography.Paragraph>
      <ProblemAlert error={error ?? save.error} {...(error && { retry: refetch })} />
      {isPending && <PageSkeleton rows={6} />}
      {data && (
        <Form form={form} layout="vertical" initialValues={data.data} onFinish={() => save.mutate(form.getFieldsValue(true) as RulesView)}>
          {rule("overlap_minutes", t("kind.two_places"), 15, number(["overlap_minutes"], t("rules.overlap_minutes"), 0, 1440, t("rules.overlapLead")))}
          {rule(
            "burst",
            t("kind.burst"),
            { sessions: 12, within_minutes: 10 },
            <>
              {number(["burst", "sessions"], t("rules.burst_sessions"), 2, 1000)}
              {number(["burst", "within_minutes"], t("rules.burst_within"), 1, 1440)}
            </>,
          )}
          {rule(
            "share",
            t("kind.unusual_share"),
            { percent: 90, person_times: 200, within_days: 180 },
            <>
              {number(["share", "percent"], t("rules.share_percent"), 1, 100)}
              {number(["share", "person_times"], t("rules.share_times"), 1, 1_000_000)}
              {number(["share", "within_days"], t("rules.share_days"), 1, 3660)}
            </>,
          )}
          {rule("back_dated_days", t("kind.back_dated"), 30, number(["back_dated_days"], t("rules.back_dated_days"), 0, 3660))}
          <Form.Item name="unlisted" valuePropName="checked">
            <Checkbox disabled={!official} style={{ fontWeight: 600 }}>
              {t("rules.unlisted")}
            </Checkbox>
          </Form.Item>
          <Form.Item name="verify_the_rest" valuePropName="checked" extra={t("rules.verifyLead")}>
            <Checkbox disabled={!official} style={{ fontWeight: 600 }}>
              {t("rules.verify_the_rest")}
            </Checkbox>
          </Form.Item>
          {number(["target_days"], t("rules.target_days"), 1, 365)}
        </Form>
      )}
    </Drawer>
  );
}
