import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Flex, Form, Modal, Popconfirm, Radio, Typography } from "antd";
import { useTranslation } from "@/i18n";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { PersonSelect } from "./PersonSelect";

type Account = Schemas["AccountView"];
interface Values {
  role: "teacher" | "student" | "guardian";
  person_id?: string;
}

/** The rights of an account: take one away, or give one more. */
export function Grants({ account, school, onClose }: { account: Account; school: { id: string; name: string }; onClose: () => void }) {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<Values>();
  const role = Form.useWatch("role", form);
  const path = { id: account.id };
  const { data = account } = useQuery(getQuery("/api/v1/accounts/{id}", { params: { path } }));

  const give = useMutation({
    mutationFn: ({ role, person_id }: Values) =>
      call(
        api.POST("/api/v1/accounts/{id}/grants", {
          params: { path },
          body: role === "teacher" ? { role, organization_id: school.id } : { role, person_id },
        }),
      ),
    onSuccess: () => {
      message.success(t("grants.given"));
      form.resetFields();
    },
    onSettled: () => invalidate("/api/v1/accounts"),
  });
  const take = useMutation({
    mutationFn: (grant_id: string) => call(api.DELETE("/api/v1/accounts/{id}/grants/{grant_id}", { params: { path: { ...path, grant_id } } })),
    onSuccess: () => message.success(t("grants.taken")),
    onSettled: () => invalidate("/api/v1/accounts"),
  });

  return (
    <Modal open title={t("grants.title", { name: account.display_name })} footer={null} onCancel={onClose}>
      <ProblemAlert error={take.error ?? give.error} />
      <ul style={{ listStyle: "none", padding: 0, display: "grid", gap: 8 }}>
        {data.grants.map((grant) => (
          <li key={grant.id}>
            <Flex justify="space-between" align="center" gap={12}>
              <span>
                <strong>{text(`common:role.${grant.role}`, {}, grant.role)}</strong>{" "}
                <Typography.Text type="secondary">{named(grant.scope_name_zh, grant.scope_name_en)}</Typography.Text>
              </span>
              <Popconfirm
                title={t("grants.takeSure")}
                okText={t("grants.take")}
                cancelText={common("action.cancel")}
                onConfirm={() => take.mutate(grant.id)}
              >
                <Button size="small" danger loading={take.isPending && take.variables === grant.id}>
                  {t("grants.take")}
                </Button>
              </Popconfirm>
            </Flex>
          </li>
        ))}
      </ul>
      {data.grants.length === 0 && <p>{t("grants.none")}</p>}
      <h3 style={{ fontSize: 15 }}>{t("grants.more")}</h3>
      <Form<Values> form={form} layout="vertical" requiredMark={false} initialValues={{ role: "teacher" }} onFinish={(values) => give.mutate(values)}>
        <Form.Item name="role" label={t("accounts.role")}>
          <Radio.Group
            options={(["teacher", "student", "guardian"] as const).map((value) => ({ value, label: common(`role.${value}`) }))}
          />
        </Form.Item>
        {role !== undefined && role !== "teacher" && (
          <Form.Item
            name="person_id"
            label={t(role === "guardian" ? "accounts.childOf" : "accounts.person")}
            rules={[{ required: true, message: t("required") }]}
          >
            <PersonSelect school={school.id} />
          </Form.Item>
        )}
        <Button htmlType="submit" loading={give.isPending}>
          {t("grants.give")}
        </Button>
      </Form>
    </Modal>
  );
}
