import { Form, Input, Radio } from "antd";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { FormModal } from "@/pages/district/FormModal";
import { useRequired } from "../scheme/useRequired";
import type { Applicant, Application, Round } from "../words";

interface Values {
  holder: "organization" | "professional";
  professional?: { name: string; post?: string };
}

/** Begins an application: for the organization, or for a professional of it. */
export default function Start({ round, own, onClose }: { round: Round; own: Applicant; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const required = useRequired();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const holders = round.rules.holders ?? ["organization"];
  return (
    <FormModal<Values, Application>
      title={t("start.title", { name: named(round.scheme_name_zh, round.scheme_name_en) })}
      okText={t("start.action")}
      lead={t("start.lead", { organization: own.name })}
      initial={{ holder: holders.includes("organization") ? "organization" : "professional" }}
      onClose={onClose}
      onDone={(application) => {
        void invalidate("/api/v1/applications");
        navigate(`/applications/${application.id}`);
      }}
      send={async (values) => {
        const person = values.holder === "professional" ? values.professional : undefined;
        try {
          return await call(
            api.POST("/api/v1/rounds/{id}/applications", {
              params: { path: { id: round.id }, header: key.header },
              body: { organization_id: own.id, ...(person && { professional: { name: person.name, post: person.post ?? "" } }) },
            }),
          );
        } finally {
          key.renew();
        }
      }}
    >
      <Form.Item name="holder" label={t("start.holder")} hidden={holders.length < 2}>
        <Radio.Group options={holders.map((value) => ({ value, label: t(`holder.${value}`) }))} />
      </Form.Item>
      <Form.Item noStyle shouldUpdate>
        {({ getFieldValue }) =>
          getFieldValue("holder") === "professional" && (
            <>
              <Form.Item name={["professional", "name"]} label={t("start.name")} rules={required}>
                <Input maxLength={60} autoComplete="off" />
              </Form.Item>
              <Form.Item name={["professional", "post"]} label={t("start.post")}>
                <Input maxLength={120} autoComplete="off" />
              </Form.Item>
            </>
          )
        }
      </Form.Item>
    </FormModal>
  );
}
