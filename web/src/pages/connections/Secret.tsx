import { CopyOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Input, Modal } from "antd";
import { useTranslation } from "@/i18n";
import { useCopy } from "./words";

/** A signing secret: shown now and never again. */
export function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation("connections");
  const copy = useCopy();
  return (
    <Modal
      open
      title={t("secret.title")}
      okText={t("secret.noted")}
      cancelButtonProps={{ style: { display: "none" } }}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      onOk={onClose}
    >
      <Alert type="warning" showIcon title={t("secret.once")} style={{ marginBottom: 16 }} />
      <Flex gap={8} wrap>
        <Input readOnly aria-label={t("secret.label")} value={secret} onFocus={({ target }) => target.select()} style={{ flex: "1 1 240px", fontFamily: "monospace" }} />
        <Button icon={<CopyOutlined aria-hidden />} onClick={() => void copy(secret)}>
          {t("secret.copy")}
        </Button>
      </Flex>
    </Modal>
  );
}
