import { Alert, Button } from "antd";
import { useTranslation } from "@/i18n";
import type { Decided } from "./Decide";
import { useScanWords } from "./scans";

/** What became of a decision, what of it failed, and the way back. */
export function DecisionOutcome({ decided, onUndo, onClose }: { decided: Decided; onUndo: () => void; onClose: () => void }) {
  const { t } = useTranslation("closing");
  const { t: common } = useTranslation();
  const words = useScanWords();
  const { decision, done, failed } = decided;
  return (
    <Alert
      role="status"
      type={failed.length > 0 ? "warning" : "success"}
      showIcon
      closable={{ onClose, "aria-label": common("action.close") }}
      style={{ marginBottom: 16 }}
      title={
        <>
          {done.length > 0 && t(`reviews.done.${decision}`, { count: done.length })}{" "}
          {failed.length > 0 && t("reviews.failed", { count: failed.length })}
        </>
      }
      description={
        failed.length > 0 && (
          <ul style={{ margin: 0, paddingInlineStart: 20 }}>
            {failed.map(({ scan, message }) => (
              <li key={scan.id}>
                <strong>{words.name(scan)}</strong> {message}
              </li>
            ))}
          </ul>
        )
      }
      action={
        done.length > 0 && (
          <Button size="small" onClick={onUndo}>
            {t("reviews.undo")}
          </Button>
        )
      }
    />
  );
}
