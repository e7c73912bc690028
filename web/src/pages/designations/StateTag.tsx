import { Flex, Tag } from "antd";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import type { Next } from "./words";

const COLOURS: Record<string, string> = {
  draft: "default",
  submitted: "warning",
  returned: "error",
  under_review: "processing",
  approved: "success",
  published: "processing",
  awarded: "success",
  refused: "error",
  appealed: "warning",
  dismissed: "error",
  withdrawn: "default",
  upcoming: "processing",
  in_force: "success",
  suspended: "warning",
  revoked: "error",
  expired: "default",
};

/** Where an application or a designation stands, and by how much it is late. */
export function StateTag({ state, next }: { state: string; next?: Next | null | undefined }) {
  const { t } = useTranslation("designations");
  const text = useText();
  return (
    <Flex gap={4} wrap>
      <Tag color={COLOURS[state] ?? "default"} style={{ margin: 0 }}>
        {text(`designations:state.${state}`, {}, state)}
      </Tag>
      {next?.late_by !== null && next?.late_by !== undefined && (
        <Tag color="error" style={{ margin: 0 }}>
          {t("lateBy", { count: next.late_by })}
        </Tag>
      )}
    </Flex>
  );
}
