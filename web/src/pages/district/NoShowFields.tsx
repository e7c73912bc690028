import { Form, InputNumber, Switch } from "antd";
import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";

type Policy = Schemas["NoShowPolicy"];

/** What the district does about those who register and do not come, in a sentence. */
export function useNoShowWords() {
  const { t } = useTranslation("district");
  return (policy: Policy | null | undefined): string => {
    if (!policy) return t("settings.noShowsNone");
    const { within_days: days, warn_after: warn, bar_after: bar, bar_days: barDays } = policy;
    const parts = [
      t("settings.noShowsWithin", { days }),
      ...(warn ? [t("settings.noShowsWarn", { times: warn })] : []),
      ...(bar && barDays ? [t("settings.noShowsBar", { times: bar, days: barDays })] : []),
    ];
    return parts.join(t("settings.noShowsJoin"));
  };
}

/** Its fields in the form of the district: one switch, and what it asks for. */
export function NoShowFields() {
  const { t } = useTranslation("district");
  const form = Form.useFormInstance();
  const on = Form.useWatch("no_shows", { form, preserve: true }) !== null;
  const number = (field: keyof Policy, most: number, required = false) => (
    <Form.Item
      name={["no_shows", field]}
      label={t(`settings.noShow.${field}`)}
      extra={t(`settings.noShowLead.${field}`)}
      rules={required ? [{ required: true, message: t("form.required") }] : []}
    >
      <InputNumber min={1} max={most} precision={0} style={{ width: 140 }} />
    </Form.Item>
  );
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
      <legend style={{ fontWeight: 600, marginBottom: 8 }}>{t("settings.noShows")}</legend>
      <Form.Item label={t("settings.noShowsOn")} extra={t("settings.noShowsLead")} htmlFor="no_shows_on">
        <Switch id="no_shows_on" checked={on} onChange={(next) => form.setFieldValue("no_shows", next ? { within_days: 180, warn_after: 2 } : null)} />
      </Form.Item>
      {on ? (
        <>
          {number("within_days", 3660, true)}
          {number("warn_after", 100)}
          {number("bar_after", 100)}
          {number("bar_days", 3660)}
        </>
      ) : (
        <Form.Item name="no_shows" hidden noStyle>
          <input type="hidden" />
        </Form.Item>
      )}
    </fieldset>
  );
}
