import { apiLanguage, language, useTranslation } from "./index";

/** Translates a key that is only known at run time, such as the title of a route; unknown keys give `fallback`. */
export function useText() {
  const { t, i18n } = useTranslation();
  const any = t as unknown as (key: string, options?: Record<string, unknown>) => string;
  return (key: string, options?: Record<string, unknown>, fallback?: string): string =>
    fallback !== undefined && !i18n.exists(key) ? fallback : any(key, options);
}

/** The language in use, for pages that give it to the API or to a format; the page is drawn again when it changes. */
export function useLanguage() {
  useTranslation();
  return { language: language(), lang: apiLanguage() };
}

/** The Chinese or the English name of a thing, whichever suits the language and is not empty. */
export function useNamed() {
  const { lang } = useLanguage();
  return (zh: string | null | undefined, en: string | null | undefined): string =>
    (lang === "en" ? en || zh : zh || en) ?? "";
}
