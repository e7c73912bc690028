import { Form, Input } from "antd";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { Day } from "../Day";
import { useRequired } from "../scheme/useRequired";
import { Told, useEffectOf } from "./Effect";

interface Values {
  number: string;
  level?: string;
  valid_from: string;
  valid_to?: string | null;
  source?: string;
  reason: string;
}

function DaysTold({ id }: { id: string }) {
  const form = Form.useFormInstance();
  const from = Form.useWatch("valid_from", form) as string | undefined;
  const to = Form.useWatch("valid_to", form) as string | null | undefined;
  return from ? <Asked id={id} from={from} to={to} /> : null;
}

function Asked({ id, from, to }: { id: string; from: string; to: string | null | undefined }) {
  const effect = useEffectOf(id, "correct", from, to);
  return <Told effect={effect} step="correct" from={from} />;
}

/** Corrects what the register says: what takes place on days that come in or fall out is scored again. */
export default function Dates({ designation: row, onDone, onClose }: { designation: Schemas["DesignationView"]; onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  return (
    <FormModal<Values, unknown>
      title={t("held.dates")}
      okText={t("held.datesSave")}
      lead={t("held.datesLead")}
      initial={{ number: row.number, level: row.level ?? "", valid_from: row.valid_from, valid_to: row.valid_to ?? null, source: row.source }}
      labels={{ number: t("held.number"), valid_from: t("held.validFrom"), valid_to: t("held.validTo"), level: t("award.level"), source: t("award.source") }}
      newest={async () => {
        const now = await call(api.GET("/api/v1/designations/{id}", { params: { path: { id: row.id } } }));
        return { version: now.version, values: { number: now.number, level: now.level ?? "", valid_from: now.valid_from, valid_to: now.valid_to ?? null, source: now.source } };
      }}
      send={(values, version) =>
        call(
          api.PATCH("/api/v1/designations/{id}", {
            params: { path: { id: row.id }, header: ifMatch(version ?? row.version) },
            body: {
              number: values.number,
              level: values.level || null,
              valid_from: values.valid_from,
              valid_to: values.valid_to ?? null,
              source: values.source ?? "",
              reason: values.reason,
            },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <Form.Item name="valid_from" label={t("held.validFrom")} rules={required}>
        <Day allowClear={false} />
      </Form.Item>
      <Form.Item name="valid_to" label={t("held.validTo")} extra={t("held.openEnd")}>
        <Day />
      </Form.Item>
      <DaysTold id={row.id} />
      <Form.Item name="number" label={t("held.number")} rules={required}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="level" label={t("award.level")}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="source" label={t("award.source")}>
        <Input maxLength={400} />
      </Form.Item>
      <Form.Item name="reason" label={t("reason")} rules={required}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
