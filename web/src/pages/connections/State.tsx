import { Tag } from "antd";
import { useTranslation } from "@/i18n";
import type { Delivery, Webhook } from "./words";

/** How an endpoint stands, in a word. */
export function State({ of }: { of: Pick<Webhook, "state" | "failing_since"> }) {
  const { t } = useTranslation("connections");
  const colour = { active: of.failing_since ? "warning" : "success", paused: "default", disabled: "error", deleted: "default" }[of.state];
  return <Tag color={colour}>{t(`state.${of.state}`)}</Tag>;
}

/** How a delivery stands, in a word. */
export function DeliveryState({ of }: { of: Pick<Delivery, "state"> }) {
  const { t } = useTranslation("connections");
  const colour = { waiting: "processing", delivered: "success", failed: "error", cancelled: "default" }[of.state];
  return <Tag color={colour}>{t(`states.${of.state}`)}</Tag>;
}
