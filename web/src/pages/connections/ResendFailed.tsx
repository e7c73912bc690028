import { App, DatePicker, Form } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { api, call, newIdempotencyKey, type Schemas } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { wallToInstant } from "@/ui/time";
import type { Webhook } from "./words";

/** Has sent again whatever was given up since a moment. */
export function ResendFailed({ of, onClose }: { of: Webhook; onClose: () => void }) {
  const { t } = useTranslation("connections");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  return (
    <FormModal<{ since: Dayjs }, Schemas["Resent"]>
      title={t("resendFailed")}
      okText={t("delivery.resend")}
      lead={t("resendLead")}
      initial={{ since: dayjs().subtract(7, "day").startOf("day") }}
      send={({ since }) =>
        call(
          api.POST("/api/v1/webhooks/{id}/resend", {
            params: { path: { id: of.id }, header: { "Idempotency-Key": newIdempotencyKey() } },
            body: { since: wallToInstant(since.format("YYYY-MM-DDTHH:mm")) },
          }),
        )
      }
      onDone={({ deliveries }) => {
        message.success(t("resentMany", { count: deliveries }));
        void invalidate("/api/v1/webhooks");
        onClose();
      }}
      onClose={onClose}
    >
      <Form.Item name="since" label={t("resendSince")} rules={[{ required: true, message: common("problem.field.required") }]}>
        <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />
      </Form.Item>
    </FormModal>
  );
}
