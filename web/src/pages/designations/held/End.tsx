import { Form, Input } from "antd";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { today } from "@/ui/time";
import { Day } from "../Day";
import { useRequired } from "../scheme/useRequired";
import { Told, useEffectOf } from "./Effect";

type Row = Schemas["DesignationView"];

function EndTold({ row }: { row: Row }) {
  const form = Form.useFormInstance();
  const last = Form.useWatch("last_day", form) as string | null | undefined;
  return last && last >= row.valid_from ? <Asked row={row} last={last} /> : null;
}

/** To end is to correct the last day; what that affects is the same. */
function Asked({ row, last }: { row: Row; last: string }) {
  const effect = useEffectOf(row.id, "correct", row.valid_from, last);
  return <Told effect={effect} step="end" from={last} />;
}

/** Ends a designation on a day, before its last one; what that would affect is told before. */
export default function End({ designation: row, onDone, onClose }: { designation: Row; onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  const now = today();
  const last = row.valid_to && row.valid_to < now ? row.valid_to : now < row.valid_from ? row.valid_from : now;
  return (
    <FormModal<{ last_day: string; reason: string }, unknown>
      title={t("held.end")}
      okText={t("held.end")}
      danger
      lead={t("held.endLead")}
      initial={{ last_day: last }}
      onClose={onClose}
      onDone={onDone}
      newest={async () => {
        const newer = await call(api.GET("/api/v1/designations/{id}", { params: { path: { id: row.id } } }));
        return { version: newer.version, values: { last_day: newer.valid_to ?? "" } };
      }}
      labels={{ last_day: t("held.validTo") }}
      send={({ last_day, reason }, version) =>
        call(
          api.POST("/api/v1/designations/{id}/end", {
            params: { path: { id: row.id }, header: ifMatch(version ?? row.version) },
            body: { last_day, reason },
          }),
        )
      }
    >
      <Form.Item name="last_day" label={t("held.validTo")} rules={required}>
        <Day allowClear={false} min={row.valid_from} {...(row.valid_to && { max: row.valid_to })} />
      </Form.Item>
      <EndTold row={row} />
      <Form.Item name="reason" label={t("reason")} rules={required.map((rule) => ({ ...rule, whitespace: true }))}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
