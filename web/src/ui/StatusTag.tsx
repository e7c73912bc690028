import { Tag } from "antd";
import { useText } from "@/i18n/useText";
import type zh from "@/i18n/zh-CN/common";

/** Whose states they are. */
export type StatusKind = keyof (typeof zh)["status"];

const GOOD = ["confirmed", "verified", "committed", "open", "counted", "active", "attended", "added"];
const BAD = ["rejected", "returned", "failed", "refused", "revoked", "voided", "disabled", "cancelled"];
const WAITING = ["recorded", "submitted", "staged", "waitlisted", "cut", "changed"];
const UNDER_WAY = ["registered", "staging", "committing", "moved"];

function colour(state: string) {
  if (GOOD.includes(state)) return "success";
  if (BAD.includes(state)) return "error";
  if (WAITING.includes(state)) return "warning";
  return UNDER_WAY.includes(state) ? "processing" : "default";
}

/** A state in words; the colour only helps. A state without words here is shown as it is. */
export function StatusTag({ of, state }: { of: StatusKind; state: string }) {
  const text = useText();
  return <Tag color={colour(state)}>{text(`common:status.${of}.${state}`, {}, state)}</Tag>;
}
