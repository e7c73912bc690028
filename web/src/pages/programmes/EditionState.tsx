import { Tag } from "antd";
import { useTranslation } from "@/i18n";
import type { Edition } from "./words";

const COLOURS = { draft: "warning", published: "success", closed: "default" } as const;

/** The state of an edition in words. */
export function EditionState({ state }: { state: Edition["state"] }) {
  const { t } = useTranslation("programmes");
  return <Tag color={COLOURS[state]}>{t(`state.${state}`)}</Tag>;
}
