import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useTranslation } from "@/i18n";
import { api, call } from "@/api/client";
import { isProblem } from "@/api/problem";
import { ProblemAlert } from "@/ui/ProblemAlert";

interface Props {
  /** Known already, when signing in again. */
  login?: string | undefined;
  /** Called with the account's id; the cookies are set. */
  onSignedIn: (account: string) => void;
}

export function SignInForm({ login, onSignedIn }: Props) {
  const { t } = useTranslation("account");
  const signIn = useMutation({
    mutationFn: (values: { login: string; password: string }) =>
      call(api.POST("/api/v1/auth/login", { body: { ...values, cookies: true } })),
    onSuccess: (tokens) => onSignedIn(tokens.account_id),
  });
  const { error } = signIn;
  const wrong = isProblem(error) && error.status === 401;
  const locked = isProblem(error) && error.status === 429;

  return (
    <Form
      layout="vertical"
      requiredMark={false}
      initialValues={{ login }}
      onFinish={(values: { login: string; password: string }) => signIn.mutate(values)}
    >
      {wrong && <Alert role="alert" type="error" showIcon title={t("signIn.failed")} style={{ marginBottom: 16 }} />}
      {locked && (
        <Alert
          role="alert"
          type="warning"
          showIcon
          title={t("signIn.locked", { seconds: error.retryAfter ?? 15 })}
          style={{ marginBottom: 16 }}
        />
      )}
      {!wrong && !locked && <ProblemAlert error={error} />}
      <Form.Item name="login" label={t("signIn.login")} rules={[{ required: true, message: t("signIn.loginMissing") }]}>
        <Input size="large" autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus={!login} maxLength={100} />
      </Form.Item>
      <Form.Item
        name="password"
        label={t("signIn.password")}
        rules={[{ required: true, message: t("signIn.passwordMissing") }]}
      >
        <Input.Password size="large" autoComplete="current-password" autoFocus={Boolean(login)} maxLength={256} />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={signIn.isPending}>
        {t("signIn.submit")}
      </Button>
    </Form>
  );
}
