import type { Language } from "@/i18n";
import { ZONE } from "@/ui/time";

const formats = new Map<Language, Intl.DateTimeFormat>();

/** The day of the week of a moment, in the district. */
export function weekday(instant: string, language: Language): string {
  let format = formats.get(language);
  if (!format) {
    format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", { weekday: "short", timeZone: ZONE });
    formats.set(language, format);
  }
  return format.format(new Date(instant));
}

/** Whole days between two moments, never negative. */
export function daysSince(instant: string, now = Date.now()): number {
  return Math.max(0, Math.floor((now - Date.parse(instant)) / 86_400_000));
}

/** A day some days later; days as `2026-11-22`. */
export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return addDays(day, -((date.getUTCDay() + 6) % 7));
}

/** First and last day of a day's month. */
export function monthOf(day: string): { first: string; last: string } {
  const [year = 0, month = 0] = day.split("-").map(Number);
  return { first: `${day.slice(0, 7)}-01`, last: new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10) };
}

/** The school year of a day: it begins on 1 September. */
export function schoolYearOf(day: string): { from: string; to: string } {
  const year = Number(day.slice(0, 4)) - (day.slice(5) < "09-01" ? 1 : 0);
  return { from: `${year}-09-01`, to: `${year + 1}-08-31` };
}
