import { Tag } from "antd";
import { useText } from "@/i18n/useText";

const COLOURS: Record<string, string> = {
  effective: "success",
  computed: "warning",
  computing: "processing",
  applying: "processing",
  failed: "error",
};

/** How far an adoption is. */
export function AdoptionState({ state }: { state: string }) {
  const text = useText();
  return <Tag color={COLOURS[state] ?? "default"}>{text(`district:adoption.state.${state}`, {}, state)}</Tag>;
}
export const RUNNING = ["computing", "applying"];
