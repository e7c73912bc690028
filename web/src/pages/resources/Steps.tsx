import { Button, Flex } from "antd";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import type { Host } from "@/pages/base/hosts";
import { instantToWall, today } from "@/ui/time";
import type { Booking } from "./words";

const dayOf = (instant: string) => instantToWall(instant).slice(0, 10);

export type Step =
  | "approve" | "refuse" | "deliver" | "return" | "cancel" | "move" | "rate" | "extend" | "askLonger" | "refuseLonger" | "undo";

/** What one of the two may do next. The service decides; this only offers what makes sense. */
export function stepsOf(row: Booking, owns: boolean, asked: boolean): Step[] {
  if (row.state === "requested") return owns ? ["approve", "refuse", "move"] : asked ? ["move", "cancel"] : [];
  if (row.state === "approved") return owns ? ["deliver", "move", "cancel"] : asked ? ["cancel"] : [];
  // Who entered a delivery by mistake takes it back the same day; the service knows who it was.
  const undo: Step[] = owns && !row.rated && row.state === "delivered" && row.delivered_at && dayOf(row.delivered_at) === today() ? ["undo"] : [];
  if (row.state === "delivered" && row.comes_back) {
    if (owns) return row.longer_until ? ["return", "extend", "refuseLonger", ...undo] : ["return", "extend", ...undo];
    return asked ? ["askLonger"] : [];
  }
  if (undo.length > 0 && !asked) return undo;
  const used = row.state === "delivered" || row.state === "returned";
  return used && asked && !row.rated && row.owner_id !== row.organization_id ? ["rate"] : [];
}

export function Steps({ row, own, onStep }: { row: Booking; own: Host[]; onStep: (step: Step) => void }) {
  const { t } = useTranslation("resources");
  const named = useNamed();
  const has = (id: string) => own.some((one) => one.id === id);
  const steps = stepsOf(row, has(row.owner_id), has(row.organization_id));
  if (steps.length === 0) return null;
  const name = named(row.resource_title_zh, row.resource_title_en);
  return (
    <Flex gap={6} wrap>
      {steps.map((step, at) => (
        <Button
          key={step}
          size="small"
          type={at === 0 && step !== "cancel" && step !== "move" && step !== "undo" ? "primary" : "default"}
          danger={step === "refuse" || step === "cancel" || step === "refuseLonger"}
          // Rows have the same buttons: those who hear them need to know of which.
          aria-label={t("step.of", { step: t(`step.${step}`), name, organization: named(row.organization_name_zh, row.organization_name_en) })}
          onClick={() => onStep(step)}
        >
          {t(`step.${step}`)}
        </Button>
      ))}
    </Flex>
  );
}
