import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, DatePicker, Flex, Form, InputNumber, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { type Language, useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useNamed } from "@/i18n/useText";
import { formatTime, instantToWall, wallToInstant } from "@/ui/time";
import type { SessionRow } from "./guests";

interface Quota {
  school_id: string;
  places: number;
  name?: string;
}

export interface ReleaseValues {
  opens_at: Dayjs | null;
  to_all_at: Dayjs | null;
  quotas: Quota[];
}

const wall = (instant: string | null | undefined) => (instant ? dayjs(instantToWall(instant)) : null);
const instant = (moment: Dayjs | null) => moment && wallToInstant(moment.format("YYYY-MM-DDTHH:mm"));

export function releaseOf(session: SessionRow): ReleaseValues {
  return {
    opens_at: wall(session.opens_at),
    to_all_at: wall(session.to_all_at),
    quotas: session.quotas.map(({ school_id, places, school_name_zh }) => ({ school_id, places, name: school_name_zh })),
  };
}

export function releaseBody({ opens_at, to_all_at, quotas }: ReleaseValues) {
  return {
    opens_at: instant(opens_at),
    to_all_at: instant(to_all_at),
    quotas: quotas.map(({ school_id, places }) => ({ school_id, places })),
  };
}

/** One field in words, to compare what two people saved. */
export function releaseShown(values: ReleaseValues, field: keyof ReleaseValues, language: Language): string {
  if (field === "quotas") return values.quotas.map((quota) => `${quota.name ?? quota.school_id} ${quota.places}`).join(" · ");
  const moment = values[field];
  return moment ? formatTime(wallToInstant(moment.format("YYYY-MM-DDTHH:mm")), "datetime", language) : "";
}

/** When the places of a session open, and for whom they are kept first. */
export function Release({ disabled }: { disabled: boolean }) {
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const named = useNamed();
  const schools = useQuery({
    ...getQuery("/api/v1/organizations", { params: { query: { kind: "school", limit: 500 } } }),
    enabled: !disabled,
  });
  const picker = <DatePicker showTime={{ format: "HH:mm", minuteStep: 5 }} format="YYYY-MM-DD HH:mm" disabled={disabled} style={{ width: "100%" }} />;
  const required = { required: true, message: common("problem.field.required") };
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
      <legend style={{ fontWeight: 600, marginBottom: 8 }}>{t("form.release")}</legend>
      <Form.Item name="opens_at" label={t("form.opens_at")} extra={t("form.opensAtHelp")}>
        {picker}
      </Form.Item>
      <Form.List name="quotas">
        {(rows, { add, remove }) => (
          <Form.Item label={t("form.quotas")} extra={t("form.quotasHelp")}>
            {rows.map((row) => (
              <Flex key={row.key} gap={8} align="baseline">
                <Form.Item name={[row.name, "school_id"]} rules={[required]} style={{ flex: 1, minWidth: 0 }}>
                  <Select
                    aria-label={t("form.quotaSchool", { number: row.name + 1 })}
                    placeholder={t("form.quotaSchoolPlaceholder")}
                    showSearch={{ optionFilterProp: "label" }}
                    disabled={disabled}
                    loading={schools.isLoading}
                    options={(schools.data?.items ?? []).map((one) => ({ value: one.id, label: named(one.name_zh, one.name_en) }))}
                  />
                </Form.Item>
                <Form.Item name={[row.name, "places"]} rules={[required]}>
                  <InputNumber aria-label={t("form.quotaPlaces", { number: row.name + 1 })} min={1} max={100_000} precision={0} disabled={disabled} style={{ width: 96 }} />
                </Form.Item>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t("form.quotaRemove", { number: row.name + 1 })}
                  disabled={disabled}
                  onClick={() => remove(row.name)}
                />
              </Flex>
            ))}
            <Button icon={<PlusOutlined />} disabled={disabled} onClick={() => add({})}>
              {t("form.quotaAdd")}
            </Button>
          </Form.Item>
        )}
      </Form.List>
      <Form.Item noStyle dependencies={["quotas"]}>
        {({ getFieldValue }) =>
          (getFieldValue("quotas") as Quota[] | undefined)?.length ? (
            <Form.Item name="to_all_at" label={t("form.to_all_at")} extra={t("form.toAllAtHelp")}>
              {picker}
            </Form.Item>
          ) : null
        }
      </Form.Item>
    </fieldset>
  );
}
