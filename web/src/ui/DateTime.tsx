import { useLanguage } from "@/i18n/useText";
import { formatTime, type TimeStyle } from "./time";

/** A moment or a day as people of the district write it; nothing for null. */
export function DateTime({ value, style = "datetime" }: { value: string | null | undefined; style?: TimeStyle }) {
  const { language } = useLanguage();
  if (!value) return null;
  return (
    <time dateTime={value} className="kepu-numbers">
      {formatTime(value, style, language)}
    </time>
  );
}
