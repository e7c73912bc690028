import { DatePicker, Flex, Form, Input, InputNumber } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { api, call, ifMatch } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { SchemeSelect } from "./SchemeSelect";
import type { Edition } from "./words";

const MEASURES = ["events", "person_times", "schools", "organizations"] as const;
type Measure = (typeof MEASURES)[number];
type Values = {
  year: number;
  title_zh: string;
  title_en: string;
  first: Dayjs;
  last: Dayjs;
  host_scheme_id?: string;
  source: string;
  reported_source: string;
} & { [M in Measure]?: number | null };

const DAY = "YYYY-MM-DD";

/** What an edition says of itself, and the totals that others published of it. A closed one keeps all but those. */
export default function EditionForm({ edition, onClose }: { edition: Edition; onClose: () => void }) {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const invalidate = useInvalidate();
  const over = edition.state === "closed";
  const required = [{ required: true, message: common("problem.field.required") }];
  const counts: { [M in Measure]?: number } = {};
  for (const one of edition.reported) counts[one.measure] = one.count;
  return (
    <FormModal<Values, unknown>
      title={t(over ? "progress.editReported" : "edition.edit")}
      okText={common("action.save")}
      initial={{
        year: edition.year,
        title_zh: edition.title_zh,
        title_en: edition.title_en,
        first: dayjs(edition.first_day),
        last: dayjs(edition.last_day),
        source: edition.source,
        reported_source: edition.reported[0]?.source ?? "",
        ...(edition.host_scheme_id && { host_scheme_id: edition.host_scheme_id }),
        ...counts,
      }}
      send={(values) => {
        const reported = MEASURES.flatMap((measure) => {
          const count = values[measure];
          if (count === null || count === undefined) return [];
          // A source of its own stays with a total that nobody changed.
          const known = edition.reported.find((one) => one.measure === measure && one.count === count && edition.reported[0]?.source === values.reported_source);
          return [known ?? { measure, count, source: values.reported_source }];
        });
        const says = {
          // Others know it by its year once it is published.
          ...(edition.state === "draft" && values.year !== edition.year && { year: values.year }),
          title_zh: values.title_zh,
          title_en: values.title_en,
          first_day: values.first?.format(DAY),
          last_day: values.last?.format(DAY),
          host_scheme_id: values.host_scheme_id ?? null,
          source: values.source,
        };
        return call(
          api.PATCH("/api/v1/editions/{id}", {
            params: { path: { id: edition.id }, header: ifMatch(edition.version) },
            body: over ? { reported } : { ...says, reported },
          }),
        );
      }}
      onDone={() => {
        void invalidate("/api/v1/editions");
        onClose();
      }}
      onClose={onClose}
    >
      {!over && (
        <>
          {edition.state === "draft" && (
            <Form.Item name="year" label={t("field.year")} rules={required}>
              <InputNumber min={2000} max={2100} precision={0} style={{ width: 140 }} />
            </Form.Item>
          )}
          <Form.Item name="title_zh" label={t("field.title")} rules={required}>
            <Input maxLength={120} />
          </Form.Item>
          <Form.Item name="title_en" label={t("field.title_en")}>
            <Input maxLength={200} lang="en" />
          </Form.Item>
          <Flex gap={12} wrap>
            <Form.Item name="first" label={common("table.from")} rules={required}>
              <DatePicker allowClear={false} />
            </Form.Item>
            <Form.Item name="last" label={common("table.to")} rules={required}>
              <DatePicker allowClear={false} />
            </Form.Item>
          </Flex>
          <Form.Item name="host_scheme_id" label={t("field.host_scheme")} extra={t("field.host_schemeHelp")}>
            <SchemeSelect />
          </Form.Item>
          <Form.Item name="source" label={t("field.source")}>
            <Input maxLength={400} />
          </Form.Item>
        </>
      )}
      <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
        <legend style={{ fontWeight: 600 }}>{t("progress.reported")}</legend>
        <p style={{ margin: "0 0 8px" }}>{t("progress.reportedNote")}</p>
        <Flex gap={12} wrap>
          {MEASURES.map((measure) => (
            <Form.Item key={measure} name={measure} label={t(`progress.measure.${measure}`)}>
              <InputNumber min={0} precision={0} style={{ width: 140 }} />
            </Form.Item>
          ))}
        </Flex>
        <Form.Item name="reported_source" label={`${t("progress.reported")} · ${t("field.source")}`}>
          <Input maxLength={400} />
        </Form.Item>
      </fieldset>
    </FormModal>
  );
}
