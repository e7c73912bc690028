import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Form, Input, Modal, Select } from "antd";
import { useDeferredValue, useState } from "react";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";

interface Values {
  person_id: string;
  reason: string;
}

/** Writes down what was asked for on paper. */
export function Register({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("erasures");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const say = useProblemText();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const navigate = useNavigate();
  const register = useMutation({
    mutationFn: (body: Values) => call(api.POST("/api/v1/erasures", { params: { header: key.header }, body })),
    onSuccess: async (made) => {
      message.success(t("register.done"));
      await invalidate("/api/v1/erasures");
      await navigate(`/erasures/${made.id}`);
    },
    onError: (error) => applyProblemToForm(form, error, say.field),
    onSettled: () => key.renew(),
  });
  return (
    <Modal
      open
      title={t("register.title")}
      okText={t("register.ok")}
      cancelText={common("action.cancel")}
      confirmLoading={register.isPending}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <p>{t("register.lead")}</p>
      <ProblemAlert error={register.error} />
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => register.mutate(values)}>
        <Form.Item name="person_id" label={t("register.person")} rules={[{ required: true, message: t("register.personMissing") }]}>
          <PersonPick />
        </Form.Item>
        <Form.Item name="reason" label={t("register.reason")} rules={[{ required: true, whitespace: true, message: t("register.reasonMissing") }]}>
          <Input.TextArea maxLength={400} autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** Finds a person of the district by name or number as one types. */
function PersonPick({ id, value, onChange }: { id?: string; value?: string; onChange?: (id: string | undefined) => void }) {
  const { t } = useTranslation("erasures");
  const [typed, setTyped] = useState("");
  const query = useDeferredValue(typed.trim());
  const { data, isFetching } = useQuery({
    ...getQuery("/api/v1/persons", { params: { query: { query, limit: 20 } } }),
    enabled: query.length > 0,
    placeholderData: (before) => before,
  });
  return (
    <Select
      {...(id !== undefined && { id })}
      value={value}
      allowClear
      placeholder={t("register.search")}
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      notFoundContent={query ? t("register.nobody") : null}
      onChange={(next: string | undefined) => onChange?.(next)}
      options={(data?.items ?? []).map((one) => ({ value: one.id, label: [one.name, one.number, one.school_name_zh].filter(Boolean).join(" ") }))}
    />
  );
}
