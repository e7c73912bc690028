import { Form, Input } from "antd";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { useRequired } from "../scheme/useRequired";
import { Told, useEffectOf } from "./Effect";

/** Keeps what is revoked from a later day on; what that gives back is told before. */
export default function Keep({ designation: row, onDone, onClose }: { designation: Schemas["DesignationView"]; onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  const from = row.revoked_from ?? row.valid_from;
  const effect = useEffectOf(row.id, "keep", from);
  return (
    <FormModal<{ reason: string }, unknown>
      title={t("held.keep")}
      okText={t("held.keep")}
      lead={t("held.keepLead")}
      initial={{}}
      onClose={onClose}
      onDone={onDone}
      send={({ reason }) =>
        call(api.POST("/api/v1/designations/{id}/keep", { params: { path: { id: row.id }, header: ifMatch(row.version) }, body: { reason } }))
      }
    >
      <Told effect={effect} step="keep" from={from} />
      <Form.Item name="reason" label={t("reason")} rules={required.map((rule) => ({ ...rule, whitespace: true }))}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
