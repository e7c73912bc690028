import { useQuery } from "@tanstack/react-query";
import { Form, Select } from "antd";
import { useState } from "react";
import { api, call } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { FormModal } from "@/pages/district/FormModal";
import { useSettled } from "@/pages/district/pick";
import { type Edition, ROLES } from "./words";

interface Values {
  role: (typeof ROLES)[number];
  organization_ids: string[];
}

/** Several organizations take part in one role. */
export default function MembersForm({ edition, onClose }: { edition: Edition; onClose: () => void }) {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const named = useNamed();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const [typed, setTyped] = useState("");
  const [known, setKnown] = useState<Record<string, string>>({});
  const q = useSettled(typed.trim());
  const { data, isFetching } = useQuery(
    getQuery("/api/v1/organizations", { params: { query: { limit: 50, everywhere: true, status: "active", ...(q && { q }) } } }),
  );
  const found = (data?.items ?? []).map((one) => ({ value: one.id, label: named(one.name_zh, one.name_en) }));
  const options = [...found, ...Object.entries(known).flatMap(([value, label]) => (found.some((one) => one.value === value) ? [] : [{ value, label }]))];
  const required = [{ required: true, message: common("problem.field.required") }];
  return (
    <FormModal<Values, unknown>
      title={t("edition.addMembers")}
      okText={common("action.add")}
      initial={{ role: "host", organization_ids: [] }}
      send={(values) => call(api.POST("/api/v1/editions/{id}/members", { params: { path: { id: edition.id }, header: key.header }, body: values }))}
      onDone={() => {
        key.renew();
        void invalidate("/api/v1/editions");
        onClose();
      }}
      onClose={onClose}
    >
      <Form.Item name="role" label={t("field.role")} rules={required}>
        <Select options={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))} />
      </Form.Item>
      <Form.Item name="organization_ids" label={t("field.organizations")} rules={required}>
        <Select
          mode="multiple"
          loading={isFetching}
          showSearch={{ filterOption: false, onSearch: setTyped }}
          options={options}
          onSelect={(_, option) => setKnown({ ...known, [option.value]: option.label })}
        />
      </Form.Item>
    </FormModal>
  );
}
