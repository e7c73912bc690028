import { Flex, Form, InputNumber, Select, Switch } from "antd";
import { useTranslation } from "@/i18n";
import { Day } from "../Day";
import { TARGETS } from "../words";
import { useRequired } from "./useRequired";

const LOW = { marginBottom: 12 };

/** For how long an award holds, and what there is in between. */
export function TermsEditor() {
  const { t } = useTranslation("designations");
  const form = Form.useFormInstance();
  const required = useRequired();
  const kind = Form.useWatch(["rules", "validity", "kind"], form) as string | undefined;
  const renewable = Form.useWatch("renewable", form) as boolean | undefined;
  const assessed = Form.useWatch("assessed", form) as boolean | undefined;
  const days = (name: (string | number)[], label: string, min: number, max: number, extra?: string) => (
    <Form.Item name={name} label={label} rules={required} style={LOW} {...(extra && { extra })}>
      <InputNumber min={min} max={max} precision={0} suffix={t("days")} style={{ width: 150 }} />
    </Form.Item>
  );
  return (
    <>
      <Flex gap={20} wrap>
        <Form.Item name={["rules", "validity", "kind"]} label={t("scheme.validity")} style={LOW}>
          <Select style={{ width: 180 }} options={(["months", "until", "open"] as const).map((value) => ({ value, label: t(`validity.${value}`) }))} />
        </Form.Item>
        {kind === "months" && (
          <Form.Item name={["rules", "validity", "months"]} label={t("scheme.months")} rules={required} style={LOW}>
            <InputNumber min={1} max={600} precision={0} style={{ width: 150 }} />
          </Form.Item>
        )}
        {kind === "until" && (
          <Form.Item name={["rules", "validity", "day"]} label={t("scheme.lastDay")} rules={required} style={LOW}>
            <Day />
          </Form.Item>
        )}
        <Form.Item name={["rules", "quota"]} label={t("scheme.quota")} extra={t("scheme.quotaHelp")} style={LOW}>
          <InputNumber min={1} max={100_000} precision={0} style={{ width: 150 }} />
        </Form.Item>
      </Flex>
      {kind !== "open" && (
        <Flex gap={20} wrap align="start">
          <Form.Item name="renewable" label={t("scheme.renewable")} valuePropName="checked" style={LOW}>
            <Switch />
          </Form.Item>
          {renewable && (
            <>
              {days(["rules", "renewal", "days_before"], t("scheme.daysBefore"), 1, 730)}
              {days(["rules", "renewal", "days_after"], t("scheme.daysAfter"), 0, 365)}
            </>
          )}
        </Flex>
      )}
      <Flex gap={20} wrap align="start">
        <Form.Item name="assessed" label={t("scheme.assessed")} valuePropName="checked" style={LOW}>
          <Switch />
        </Form.Item>
        {assessed && (
          <>
            <Form.Item name={["rules", "assessment", "month"]} label={t("scheme.month")} rules={required} style={LOW}>
              <InputNumber min={1} max={12} precision={0} style={{ width: 100 }} />
            </Form.Item>
            <Form.Item name={["rules", "assessment", "day"]} label={t("scheme.dayOfMonth")} rules={required} style={LOW}>
              <InputNumber min={1} max={31} precision={0} style={{ width: 100 }} />
            </Form.Item>
          </>
        )}
      </Flex>
      <Form.Item name={["rules", "spot_check"]} label={t("scheme.spotCheck")} valuePropName="checked" extra={t("scheme.spotCheckHelp")} style={LOW}>
        <Switch />
      </Form.Item>
      <Flex gap={20} wrap>
        {days(["rules", "objection_days"], t("scheme.objectionDays"), 0, 90, t("scheme.objectionHelp"))}
        {days(["rules", "appeal_days"], t("scheme.appealDays"), 1, 90)}
      </Flex>
      <h3 style={{ fontSize: 15, margin: "12px 0 8px" }}>{t("scheme.targets")}</h3>
      <Flex gap={20} wrap>
        {TARGETS.map((target) => (
          <div key={target}>{days(["rules", "targets", target], t(`target.${target}`), 1, 365)}</div>
        ))}
      </Flex>
    </>
  );
}
