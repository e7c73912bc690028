import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { getQuery } from "@/api/query";
import { useNamed } from "@/i18n/useText";

/** A scheme of designations. */
export function SchemeSelect(props: { id?: string; value?: string; onChange?: (value: string | undefined) => void }) {
  const named = useNamed();
  const { data } = useQuery(getQuery("/api/v1/schemes", { params: { query: { limit: 200 } } }));
  const options = (data?.items ?? []).map((one) => ({ value: one.id, label: named(one.name_zh, one.name_en) }));
  return <Select {...props} allowClear showSearch={{ optionFilterProp: "label" }} options={options} />;
}
