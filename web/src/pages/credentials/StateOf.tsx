import { Tag } from "antd";
import { useTranslation } from "@/i18n";

const COLOURS: Record<string, string> = { valid: "success", revoked: "error" };

/** Whether a credential holds, in words; the colour only helps. */
export function StateOf({ state }: { state: string }) {
  const { t } = useTranslation("credentials");
  return <Tag color={COLOURS[state] ?? "default"}>{t(`state.${state}` as "state.valid")}</Tag>;
}
