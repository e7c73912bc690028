import type { Answer } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { formatTime } from "@/ui/time";

export type Edition = Answer<"/api/v1/editions/{id}">;
export type Theme = Edition["themes"][number];
export type Strand = Edition["strands"][number];
export type Member = Edition["members"][number];
export type Programme = Answer<"/api/v1/programmes">["items"][number];

export const STRANDS = ["themed_activities", "exchange", "competition", "training"] as const;
export const ROLES = ["guide", "host", "undertake", "support"] as const;
export const CERTAINTIES = ["published", "inferred", "not_found"] as const;

/** What a theme, strand or edition is called: by the name that there is. */
export function useTitle() {
  const named = useNamed();
  return (row: { title_zh: string; title_en: string }) => named(row.title_zh || row.title_en, row.title_en);
}

/** A month in words. */
export function useMonth() {
  const { language } = useLanguage();
  return (first: string) => formatTime(first, "month", language);
}

/** A day in words. */
export function useDay() {
  const { language } = useLanguage();
  return (day: string) => formatTime(day, "date", language);
}

/** How the Chinese title is known, where somebody may ask. */
export function useCertainty() {
  const { t } = useTranslation("programmes");
  return (row: Theme) => (row.zh_certainty ? t(`certainty.${row.zh_certainty}`) : "");
}

/** First days of the months of an edition. */
export function monthsOf(edition: { first_day: string; last_day: string }): string[] {
  const months: string[] = [];
  let [year, month] = edition.first_day.split("-").map(Number) as [number, number];
  for (;;) {
    const first = `${year}-${String(month).padStart(2, "0")}-01`;
    if (first > edition.last_day || months.length > 36) return months;
    months.push(first);
    month += 1;
    if (month > 12) [year, month] = [year + 1, 1];
  }
}
