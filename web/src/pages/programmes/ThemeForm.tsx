import { Form, Input, Select } from "antd";
import { api, call, ifMatch } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { CERTAINTIES, type Edition, monthsOf, type Theme, useMonth } from "./words";

interface Values {
  month: string;
  title_zh: string;
  title_en: string;
  zh_certainty?: (typeof CERTAINTIES)[number] | null;
  venues: string;
  source: string;
}

/** A new theme of a month, or what one says of itself. */
export default function ThemeForm({ edition, row, month, onClose }: { edition: Edition; row?: Theme; month?: string; onClose: () => void }) {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const inWords = useMonth();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const free = monthsOf(edition).filter((first) => !edition.themes.some((theme) => theme.month === first));
  const required = [{ required: true, message: common("problem.field.required") }];
  return (
    <FormModal<Values, unknown>
      title={t(row ? "edition.changeTheme" : "edition.addTheme")}
      okText={common("action.save")}
      initial={{
        month: row?.month ?? month ?? free[0] ?? "",
        title_zh: row?.title_zh ?? "",
        title_en: row?.title_en ?? "",
        zh_certainty: row?.zh_certainty ?? null,
        venues: row?.venues ?? "",
        source: row?.source ?? "",
      }}
      send={({ month: first, ...values }) => {
        const says = { ...values, zh_certainty: values.zh_certainty ?? null };
        if (row) return call(api.PATCH("/api/v1/themes/{id}", { params: { path: { id: row.id }, header: ifMatch(row.version) }, body: says }));
        return call(
          api.POST("/api/v1/editions/{id}/themes", { params: { path: { id: edition.id }, header: key.header }, body: { ...says, month: first } }),
        );
      }}
      onDone={() => {
        key.renew();
        void invalidate("/api/v1/editions");
        onClose();
      }}
      onClose={onClose}
    >
      {!row && (
        <Form.Item name="month" label={t("field.month")} rules={required}>
          <Select options={free.map((value) => ({ value, label: inWords(value) }))} />
        </Form.Item>
      )}
      <Form.Item name="title_zh" label={t("field.theme")}>
        <Input maxLength={120} autoFocus />
      </Form.Item>
      <Form.Item name="title_en" label={t("field.name_en")}>
        <Input maxLength={200} lang="en" />
      </Form.Item>
      <Form.Item name="venues" label={t("field.venues")}>
        <Input maxLength={400} />
      </Form.Item>
      <Form.Item name="zh_certainty" label={t("field.zh_certainty")}>
        <Select allowClear options={CERTAINTIES.map((value) => ({ value, label: t(`certainty.${value}`) }))} />
      </Form.Item>
      <Form.Item name="source" label={t("field.source")}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
