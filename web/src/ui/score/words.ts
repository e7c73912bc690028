import type { Schemas } from "@/api/client";
import { useLanguage, useNamed, useText } from "@/i18n/useText";
import { formatTime } from "../time";

export type Score = Schemas["ScoreView"];
export type Line = Schemas["LineView"];

/** A record as far as a reason names it. */
type Named = Pick<Line, "record_id" | "title_zh" | "title_en" | "starts_at">;

const RECORD = / ?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12} ?/g;

/** Reasons name records by id: say which one is meant, by title and day. */
export function useReasonWords(lines: readonly Named[]) {
  const named = useNamed();
  const text = useText();
  const { language } = useLanguage();
  const byId = new Map(lines.map((line) => [line.record_id, line]));
  return (reason: Pick<Schemas["ReasonView"], "text">): string =>
    reason.text.replaceAll(RECORD, (id) => {
      const line = byId.get(id.trim());
      const day = line?.starts_at ? formatTime(line.starts_at, "date", language) : "";
      const words = line
        ? text("common:score.thatRecord", { title: named(line.title_zh, line.title_en), day })
        : text("common:score.otherRecord");
      // Chinese stands without blanks.
      return language === "en" ? id.replace(/[0-9a-f-]{36}/, words) : words;
    });
}

/** Categories are words of the policy; those that are not known here are shown as they are. */
export function useCategory() {
  const text = useText();
  return (category: string | null | undefined): string =>
    category ? text(`common:score.category.${category}`, {}, category) : "";
}
