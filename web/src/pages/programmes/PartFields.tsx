import { useQueries, useQuery } from "@tanstack/react-query";
import { Flex, Form, Select } from "antd";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useMonth, useTitle } from "./words";

/** Theme and strand of an activity, of the published editions in which its host takes part; nothing if there is none. */
export function PartFields({ host }: { host: string }) {
  const { t } = useTranslation("programmes");
  const named = useNamed();
  const title = useTitle();
  const month = useMonth();
  const { data } = useQuery({
    ...getQuery("/api/v1/editions", { params: { query: { member_id: host, state: "published", limit: 50 } } }),
    enabled: host !== "",
  });
  const editions = useQueries({
    queries: (data?.items ?? []).map((one) => getQuery("/api/v1/editions/{id}", { params: { path: { id: one.id } } })),
  }).flatMap((one) => (one.data ? [one.data] : []));
  if (editions.length === 0) return null;
  const of = (edition: (typeof editions)[number]) => `${named(edition.programme_name_zh, edition.programme_name_en)} ${edition.year}`;
  return (
    <Flex gap={12} wrap>
      <Form.Item name="theme_id" label={t("activity.part")} extra={t("activity.help")} style={{ flex: "1 1 200px" }}>
        <Select
          allowClear
          placeholder={t("activity.none")}
          options={editions.map((edition) => ({
            label: of(edition),
            options: edition.themes.map((one) => ({ value: one.id, label: `${month(one.month)} · ${title(one)}` })),
          }))}
        />
      </Form.Item>
      <Form.Item name="strand_id" label={t("activity.strand")} style={{ flex: "1 1 200px" }}>
        <Select
          allowClear
          placeholder={t("activity.none")}
          options={editions.map((edition) => ({
            label: of(edition),
            options: edition.strands.map((one) => ({ value: one.id, label: title(one) })),
          }))}
        />
      </Form.Item>
    </Flex>
  );
}
