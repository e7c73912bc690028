import type { Locale } from "antd/es/locale";
import { use } from "react";
import type { Language } from "@/i18n";

const loaded = new Map<Language, Promise<Locale>>();

async function load(language: Language): Promise<Locale> {
  if (language === "en") return (await import("antd/es/locale/en_US")).default;
  const [words] = await Promise.all([import("antd/es/locale/zh_CN"), import("dayjs/locale/zh-cn")]);
  return words.default;
}

/** antd's own words in this language; suspends until they are there. */
export function useWords(language: Language): Locale {
  const known = loaded.get(language) ?? load(language);
  loaded.set(language, known);
  return use(known);
}
