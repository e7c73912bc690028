import type { Answer } from "@/door/door";
import type { Tone } from "@/door/feedback";
import { useTranslation } from "@/i18n";
import { useLanguage, useText } from "@/i18n/useText";
import { formatTime } from "@/ui/time";

/** Five kinds of answer: each has its own colour, shape, sound and word. */
export function toneOf({ verdict, reason }: Pick<Answer, "verdict" | "reason">): Tone {
  if (verdict === "accepted") return reason === "out" ? "left" : "good";
  if (verdict === "duplicate_of") return "again";
  return verdict === "needs_review" ? "look" : "bad";
}

/** The answer in a word. */
export function useAnswerWord() {
  const { t } = useTranslation("door");
  const text = useText();
  const { language } = useLanguage();
  return ({ verdict, reason, since }: Pick<Answer, "verdict" | "reason" | "since">): string => {
    const again = reason === "already_in" || reason === "already_out";
    if (verdict === "duplicate_of" && again && since !== undefined)
      return t(`answer.${reason}At`, { time: formatTime(new Date(since).toISOString(), "time", language) });
    return text(`door:reason.${reason}`, {}, reason);
  };
}
