import type { Language } from "@/i18n";

/** Days and hours are those of the district. */
export const ZONE = "Asia/Shanghai";

export type TimeStyle = "datetime" | "date" | "time" | "month" | "weekday";

const STYLES: Record<TimeStyle, Intl.DateTimeFormatOptions> = {
  datetime: { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" },
  date: { year: "numeric", month: "numeric", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  month: { year: "numeric", month: "long" },
  weekday: { month: "numeric", day: "numeric", weekday: "short" },
};
const made = new Map<string, Intl.DateTimeFormat>();

/** A moment (RFC 3339) or a day (`2026-09-01`) in words. A day is a day everywhere, so it is not moved between zones. */
export function formatTime(value: string, style: TimeStyle, language: Language): string {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const zone = day ? "UTC" : ZONE;
  const shown = day && (style === "datetime" || style === "time") ? "date" : style;
  const key = `${language} ${shown} ${zone}`;
  let format = made.get(key);
  if (!format) {
    const locale = language === "en" ? "en-GB" : "zh-CN";
    const month: Intl.DateTimeFormatOptions = language === "en" && STYLES[shown].month ? { month: "short" } : {};
    format = new Intl.DateTimeFormat(locale, { ...STYLES[shown], ...month, timeZone: zone, hourCycle: "h23" });
    made.set(key, format);
  }
  return format.format(new Date(value));
}

/** Today's day in the district, `2026-11-22`. */
export function today(now: Date = new Date()): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(now);
}

/** The district's wall time `2026-11-22T14:30` as a moment for the API. */
export function wallToInstant(wall: string, zone: string = ZONE): string {
  const asUtc = new Date(`${wall.slice(0, 16)}:00Z`);
  const offset = (at: Date) => {
    const text = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" })
      .formatToParts(at)
      .find((part) => part.type === "timeZoneName")?.value;
    const [, sign, hours, minutes] = /GMT([+-])(\d{2}):(\d{2})/.exec(text ?? "") ?? [];
    return hours === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };
  const minutes = offset(new Date(asUtc.getTime() - offset(asUtc) * 60_000));
  const size = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${wall.slice(0, 16)}:00${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** A moment as the district's wall time, `2026-11-22T14:30`, for a picker. */
export function instantToWall(instant: string, zone: string = ZONE): string {
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  })
    .format(new Date(instant))
    .replace(" ", "T");
}
