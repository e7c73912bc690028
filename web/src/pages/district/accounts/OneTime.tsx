import { Alert, Modal, Typography } from "antd";
import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";

/** A one-time password: shown now and never again. */
export function OneTime({ made, onClose }: { made: Schemas["OneTimePassword"]; onClose: () => void }) {
  const { t } = useTranslation("district");
  return (
    <Modal
      open
      title={t("accounts.oneTime", { name: made.account.display_name })}
      okText={t("accounts.noted")}
      cancelButtonProps={{ style: { display: "none" } }}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      onOk={onClose}
    >
      <Alert type="warning" showIcon title={t("accounts.oneTimeLead")} style={{ marginBottom: 16 }} />
      <p>
        {t("accounts.login")}: <Typography.Text copyable strong>{made.account.login}</Typography.Text>
      </p>
      <p style={{ fontSize: 20 }}>
        {t("accounts.password")}:{" "}
        <Typography.Text copyable code>
          {made.one_time_password}
        </Typography.Text>
      </p>
    </Modal>
  );
}
