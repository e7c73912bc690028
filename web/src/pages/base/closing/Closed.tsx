import { CheckCircleOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Flex } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";
import { useText } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { useScanWords } from "../reviews/scans";

/** What closing did; who was not confirmed, and why. */
export default function Closed({ answer, onClose }: { answer: Schemas["CloseAnswer"]; onClose: () => void }) {
  const { t } = useTranslation("closing");
  const text = useText();
  const words = useScanWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Card style={{ marginBottom: 20 }}>
      <Flex gap={12} align="center" wrap>
        <CheckCircleOutlined aria-hidden style={{ fontSize: 28, color: "var(--ant-color-success)" }} />
        <div style={{ flex: 1, minWidth: 200 }}>
          <h2 ref={heading} tabIndex={-1} style={{ margin: 0, fontSize: 20 }}>
            {t("closed.title", { confirmed: answer.confirmed, absent: answer.absent, held: answer.held })}
          </h2>
          {answer.ledger_entries > 0 && <Muted>{t("closed.lead", { count: answer.ledger_entries })}</Muted>}
        </div>
        <Button onClick={onClose}>{t("closed.done")}</Button>
      </Flex>
      {answer.refused.length > 0 && (
        <Alert
          type="warning"
          showIcon
          style={{ marginTop: 12 }}
          title={t("closed.refused", { count: answer.refused.length })}
          description={
            <ul style={{ margin: 0, paddingInlineStart: 20 }}>
              {answer.refused.map((one) => (
                <li key={one.participation_id}>
                  <strong>{one.name}</strong> <Muted>{words.className(one)}</Muted>{" "}
                  {text(`closing:closed.code.${one.code}`, {}, one.message)}
                </li>
              ))}
            </ul>
          }
        />
      )}
    </Card>
  );
}
