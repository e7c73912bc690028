import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { meQuery, useMe } from "@/api/query";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";

interface Values {
  current_password: string;
  new_password: string;
  repeat: string;
}

export function Component() {
  const { t } = useTranslation("account");
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const say = useProblemText();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();

  const change = useMutation({
    mutationFn: ({ current_password, new_password }: Values) =>
      call(api.POST("/api/v1/auth/password", { body: { current_password, new_password } })),
    onMutate: () => setUnplaced(undefined),
    onSuccess: async () => {
      message.success(t("password.changed"));
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
      navigate("/");
    },
    onError: (error) => {
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });

  return (
    <div style={{ maxWidth: 480, margin: "0 auto" }}>
      <PageTitle lead={me.must_change_password ? undefined : t("password.others")}>{t("password.title")}</PageTitle>
      {me.must_change_password && (
        <Alert type="info" showIcon title={t("password.forced")} style={{ marginBottom: 16 }} />
      )}
      <Card>
        {unplaced && <ProblemAlert {...unplaced} />}
        <Form form={form} layout="vertical" requiredMark={false} onFinish={(values: Values) => change.mutate(values)}>
          {/* Tells password managers whose password this is. */}
          <input type="text" autoComplete="username" value={me.login} readOnly hidden />
          <Form.Item
            name="current_password"
            label={t("password.current")}
            rules={[{ required: true, message: t("password.currentMissing") }]}
          >
            <Input.Password autoComplete="current-password" maxLength={256} />
          </Form.Item>
          <Form.Item
            name="new_password"
            label={t("password.next")}
            extra={t("password.rule")}
            rules={[
              { required: true, message: t("password.nextMissing") },
              { min: 10, message: t("password.tooShort") },
            ]}
          >
            <Input.Password autoComplete="new-password" maxLength={256} />
          </Form.Item>
          <Form.Item
            name="repeat"
            label={t("password.repeat")}
            dependencies={["new_password"]}
            rules={[
              { required: true, message: t("password.repeatMissing") },
              ({ getFieldValue }) => ({
                validator: (_, value) =>
                  !value || value === getFieldValue("new_password")
                    ? Promise.resolve()
                    : Promise.reject(new Error(t("password.differs"))),
              }),
            ]}
          >
            <Input.Password autoComplete="new-password" maxLength={256} />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={change.isPending}>
            {t("password.submit")}
          </Button>
        </Form>
      </Card>
    </div>
  );
}
