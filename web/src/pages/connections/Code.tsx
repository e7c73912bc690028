import { CopyOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "@/i18n";
import { useCopy } from "./words";

/** Code to be read and copied; it scrolls within itself. */
export function Code({ text }: { text: string }) {
  const { t } = useTranslation();
  const copy = useCopy();
  return (
    <div style={{ position: "relative", display: "grid", gridTemplateColumns: "minmax(0, 1fr)" }}>
      {/* Who has no mouse scrolls it by the arrow keys. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} className="kepu-code" style={{ overflow: "auto", maxHeight: 420, margin: 0, padding: "12px 48px 12px 12px", border: "1px solid #8c959f", borderRadius: 6, fontSize: 13 }}>
        {text}
      </pre>
      <Button size="small" icon={<CopyOutlined aria-hidden />} aria-label={t("action.copy")} style={{ position: "absolute", top: 8, insetInlineEnd: 8 }} onClick={() => void copy(text)} />
    </div>
  );
}
