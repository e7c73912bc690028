import { Form, Input } from "antd";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { Day } from "../Day";
import { useRequired } from "../scheme/useRequired";
import { type Scheme, useDay } from "../words";

interface Props {
  standing: Schemas["DesignationStanding"];
  scheme: Scheme;
  onDone: () => void;
  onClose: () => void;
}

/** Renews; where all awards of the scheme end on one day and that is over, its next last day must be given. */
export default function Renew({ standing, scheme, onDone, onClose }: Props) {
  const { t } = useTranslation("designations");
  const day = useDay();
  const required = useRequired();
  const { designation: row } = standing;
  const validity = scheme.rules?.validity;
  const over = validity?.kind === "until" && row.valid_to && validity.day <= row.valid_to ? validity.day : undefined;
  return (
    <FormModal<{ valid_to?: string | null; reason: string }, unknown>
      title={t("held.renew")}
      okText={t("held.renew")}
      lead={over ? t("held.renewOver", { day: day(over) }) : t("held.renewLead")}
      initial={{}}
      send={({ valid_to, reason }) =>
        call(
          api.POST("/api/v1/designations/{id}/renew", {
            params: { path: { id: row.id }, header: ifMatch(row.version) },
            body: { reason, ...(valid_to && { valid_to }) },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <Form.Item name="valid_to" label={t("held.validTo")} {...(over ? { rules: required } : { extra: t("held.validToHelp") })}>
        <Day {...(row.valid_to && { min: row.valid_to })} />
      </Form.Item>
      <Form.Item name="reason" label={t("reason")} rules={required}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
