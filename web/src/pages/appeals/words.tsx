import { Flex, Tag } from "antd";
import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";

export type Appeal = Schemas["AppealView"];

const COLOURS: Record<string, string> = { granted: "success", declined: "error", filed: "processing", stated: "processing" };

/** Where an appeal stands: whose turn it is, or how it ended. */
export function Stands({ of }: { of: Appeal }) {
  const { t } = useTranslation("appeals");
  const text = useText();
  const words = of.turn ? text(`appeals:turn.${of.turn}`) : text(`appeals:state.${of.state}`);
  return (
    <Flex gap={4} wrap>
      <Tag color={COLOURS[of.state] ?? "default"}>{words}</Tag>
      {of.late && <Tag color="error">{t("late")}</Tag>}
    </Flex>
  );
}
