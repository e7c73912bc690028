import { DatePicker, Form, Input, InputNumber, Radio, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { AWARDS, LEVELS } from "./award";

export interface AwardValues {
  achieved_on: Dayjs;
  contest_level: string;
  by: "award" | "place";
  award?: string;
  place?: number;
  places_listed?: number;
  work_title?: string;
}

/** What was achieved and when: the fields that a new result and a correction have in common. */
export function AwardFields() {
  const { t } = useTranslation("teacher");
  const text = useText();
  const form = Form.useFormInstance<AwardValues>();
  const by = Form.useWatch("by", form);
  return (
    <>
      <div className="kepu-two">
        <Form.Item name="achieved_on" label={t("result.day")} rules={[{ required: true, message: t("result.dayNeeded") }]}>
          <DatePicker style={{ width: "100%" }} disabledDate={(day) => day.isAfter(dayjs(), "day")} />
        </Form.Item>
        <Form.Item name="contest_level" label={t("result.levelTitle")} rules={[{ required: true, message: t("result.levelNeeded") }]}>
          <Select options={LEVELS.map((value) => ({ value, label: text(`teacher:result.level.${value}`) }))} />
        </Form.Item>
      </div>
      <Form.Item name="by" label={t("result.awardTitle")} style={{ marginBottom: 8 }}>
        <Radio.Group
          options={[
            { value: "award", label: t("result.byAward") },
            { value: "place", label: t("result.byPlace") },
          ]}
        />
      </Form.Item>
      {by === "place" ? (
        <div className="kepu-two">
          <Form.Item name="place" label={t("result.placeTitle")} rules={[{ required: true, message: t("result.placeNeeded") }]}>
            <InputNumber min={1} max={10_000} precision={0} style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="places_listed" label={t("result.placesListed")}>
            <InputNumber min={1} max={10_000} precision={0} style={{ width: "100%" }} />
          </Form.Item>
        </div>
      ) : (
        <Form.Item name="award" label={t("result.awardName")} rules={[{ required: true, message: t("result.awardNeeded") }]}>
          <Radio.Group optionType="button" options={AWARDS.map((value) => ({ value, label: text(`teacher:result.award.${value}`) }))} />
        </Form.Item>
      )}
      <Form.Item name="work_title" label={t("result.workOptional")}>
        <Input maxLength={200} />
      </Form.Item>
    </>
  );
}

/** The award as the service takes it. */
export function awardOf(values: AwardValues) {
  return {
    achieved_on: values.achieved_on.format("YYYY-MM-DD"),
    contest_level: values.contest_level,
    award: values.by === "award" ? (values.award ?? null) : null,
    place: values.by === "place" ? (values.place ?? null) : null,
    places_listed: values.by === "place" ? (values.places_listed ?? null) : null,
    work_title: values.work_title?.trim() ?? "",
  };
}
