import { Flex, Tag } from "antd";
import { useTranslation } from "@/i18n";
import type { Booking } from "./words";

const COLOURS: Record<Booking["state"], string> = {
  requested: "warning",
  approved: "processing",
  delivered: "processing",
  returned: "success",
  refused: "error",
  cancelled: "default",
};

/** A booking's state in words, and how late it is. */
export function BookingState({ row }: { row: Booking }) {
  const { t } = useTranslation("resources");
  const late = row.days_late ?? 0;
  return (
    <Flex gap={4} wrap>
      <Tag color={COLOURS[row.state]}>{t(`state.${row.state}`)}</Tag>
      {late > 0 && <Tag color="error">{row.state === "returned" ? t("late.was", { count: late }) : t("late.by", { count: late })}</Tag>}
    </Flex>
  );
}
