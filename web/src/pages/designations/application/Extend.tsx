import { Form, Input } from "antd";
import dayjs from "dayjs";
import { api, call, ifMatch } from "@/api/client";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { today } from "@/ui/time";
import { Day } from "../Day";
import { useRequired } from "../scheme/useRequired";
import type { Application } from "../words";

/** Gives more time to complete what was returned. */
export default function Extend({ application, onDone, onClose }: { application: Application; onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  const from = [today(), dayjs(application.until ?? today()).add(1, "day").format("YYYY-MM-DD")].toSorted().at(-1) ?? today();
  return (
    <FormModal<{ until: string; reason: string }, unknown>
      title={t("completion.extend")}
      okText={t("completion.extend")}
      initial={{ until: dayjs(from).add(6, "day").format("YYYY-MM-DD"), reason: "" }}
      send={(body) =>
        call(
          api.POST("/api/v1/applications/{id}/completion/extension", {
            params: { path: { id: application.id }, header: ifMatch(application.version) },
            body,
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <Form.Item name="until" label={t("completion.until")} rules={required}>
        <Day allowClear={false} min={from} />
      </Form.Item>
      <Form.Item name="reason" label={t("reason")} rules={required}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={2000} />
      </Form.Item>
    </FormModal>
  );
}
