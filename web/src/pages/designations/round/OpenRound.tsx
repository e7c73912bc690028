import { Form, Input } from "antd";
import dayjs from "dayjs";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { FormModal } from "@/pages/district/FormModal";
import { today } from "@/ui/time";
import { Day } from "../Day";
import { useRequired } from "../scheme/useRequired";
import type { Round, Scheme } from "../words";

interface Values {
  name_zh: string;
  name_en?: string;
  opens_on: string;
  closes_on: string;
}

/** Opens a round of a scheme, with the rules as they are now. */
export default function OpenRound({ scheme, onClose }: { scheme: Scheme; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const required = useRequired();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const now = today();
  return (
    <FormModal<Values, Round>
      title={t("round.openOf", { name: named(scheme.name_zh, scheme.name_en) })}
      okText={t("round.open")}
      lead={t("round.openLead")}
      initial={{ opens_on: now, closes_on: dayjs(now).add(30, "day").format("YYYY-MM-DD") }}
      onClose={onClose}
      onDone={(round) => {
        void invalidate("/api/v1/rounds");
        navigate(`/rounds/${round.id}`);
      }}
      send={async (values) => {
        try {
          return await call(
            api.POST("/api/v1/schemes/{id}/rounds", {
              params: { path: { id: scheme.id }, header: key.header },
              body: { ...values, name_en: values.name_en ?? "" },
            }),
          );
        } finally {
          key.renew();
        }
      }}
    >
      <Form.Item name="name_zh" label={t("round.nameZh")} rules={required}>
        <Input maxLength={120} />
      </Form.Item>
      <Form.Item name="name_en" label={t("round.nameEn")}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="opens_on" label={t("round.opensOn")} rules={required}>
        <Day allowClear={false} />
      </Form.Item>
      <Form.Item name="closes_on" label={t("round.closesOn")} rules={required}>
        <Day allowClear={false} />
      </Form.Item>
    </FormModal>
  );
}
