import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { type Me, meQuery } from "@/api/query";
import { session } from "@/api/session";
import { SignInForm } from "@/pages/account/SignInForm";
import { useSignedOut } from "./AccountMenu";

/** Over the page when the session has ended: what was typed below stays, and what was sent goes on afterwards. */
export default function SignInAgain() {
  const { t } = useTranslation("account");
  const client = useQueryClient();
  const signedOut = useSignedOut();
  const [before] = useState(() => client.getQueryData<Me | null>(meQuery.queryKey));
  const [other, setOther] = useState(false);

  return (
    <Modal open title={t("again.title")} footer={null} closable={false} keyboard={false} mask={{ closable: false }}>
      <Typography.Paragraph>{t("again.lead")}</Typography.Paragraph>
      {other && <Alert type="warning" showIcon title={t("again.other", { login: before?.login })} />}
      <SignInForm
        login={before?.login}
        onSignedIn={(account) => {
          if (before && account !== before.account_id) setOther(true);
          else session.settle(true);
        }}
      />
      <Button type="link" block onClick={signedOut}>
        {t("again.leave")}
      </Button>
    </Modal>
  );
}
