import { App, Form, Input, InputNumber } from "antd";
import dayjs from "dayjs";
import { api, call, ifMatch } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { today } from "@/ui/time";
import { Day } from "../Day";
import { useRequired } from "../scheme/useRequired";
import type { Round } from "../words";

interface Values {
  closes_on?: string;
  name_zh?: string;
  name_en?: string;
  quota?: number | null;
  reason?: string;
}

const later = (day: string, days: number) => dayjs(day).add(days, "day").format("YYYY-MM-DD");

/** Takes applications for longer, or corrects the name and adds places. */
export default function ChangeRound({ round, what, onClose }: { round: Round; what: "days" | "round"; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const quota = round.rules.quota ?? undefined;
  const from = [later(round.closes_on, 1), round.opens_on, today()].toSorted().at(-1) ?? today();
  const days = what === "days";
  return (
    <FormModal<Values, Round>
      title={t(days ? "round.extend" : "round.change")}
      okText={t("round.save")}
      lead={t(days ? "round.extendLead" : "round.changeLead")}
      initial={days ? { closes_on: later(from, 6), reason: "" } : { name_zh: round.name_zh, name_en: round.name_en, quota: quota ?? null, reason: "" }}
      onClose={onClose}
      onDone={() => {
        message.success(t("saved"));
        void invalidate("/api/v1/rounds", "/api/v1/applications", "/api/v1/published");
        onClose();
      }}
      send={({ closes_on, name_zh, name_en, quota: places, reason }) =>
        call(
          api.PATCH("/api/v1/rounds/{id}", {
            params: { path: { id: round.id }, header: ifMatch(round.version) },
            body: {
              reason: reason ?? "",
              ...(closes_on && { closes_on }),
              ...(name_zh && { name_zh, name_en: name_en ?? "" }),
              ...(places && places !== quota && { quota: places }),
            },
          }),
        )
      }
    >
      {days ? (
        <Form.Item name="closes_on" label={t("round.closesOn")} rules={required}>
          <Day allowClear={false} min={from} />
        </Form.Item>
      ) : (
        <>
          <Form.Item name="name_zh" label={t("round.nameZh")} rules={required}>
            <Input maxLength={120} />
          </Form.Item>
          <Form.Item name="name_en" label={t("round.nameEn")}>
            <Input maxLength={200} />
          </Form.Item>
          {quota !== undefined && (
            <Form.Item name="quota" label={t("scheme.quota")} extra={t("round.quotaHelp")} rules={required}>
              <InputNumber min={quota} max={10_000} precision={0} />
            </Form.Item>
          )}
        </>
      )}
      <Form.Item name="reason" label={t("reason")} {...(days ? { rules: required } : { extra: t("round.reasonHelp") })}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
