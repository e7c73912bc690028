import { Tag } from "antd";
import { useText } from "@/i18n/useText";

const COLOURS: Record<string, string> = {
  submitted: "warning",
  approved: "cyan",
  published: "blue",
  effective: "success",
  rejected: "error",
  failed: "error",
  notEffective: "error",
  computing: "processing",
  computed: "success",
};

/** How far a draft or a trial is. */
export function LabState({ state }: { state: string }) {
  const text = useText();
  return <Tag color={COLOURS[state] ?? "default"}>{text(`laboratory:state.${state}`, {}, state)}</Tag>;
}
