import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";
import type account from "./zh-CN/account";
import type base from "./zh-CN/base";
import type common from "./zh-CN/common";
import type district from "./zh-CN/district";
import type everyone from "./zh-CN/public";
import type school from "./zh-CN/school";
import type student from "./zh-CN/student";
import type teacher from "./zh-CN/teacher";

export const LANGUAGES = ["zh-CN", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: {
      common: typeof common;
      account: typeof account;
      teacher: typeof teacher;
      school: typeof school;
      base: typeof base;
      district: typeof district;
      student: typeof student;
      public: typeof everyone;
    };
  }
}

// Only the language in use is loaded, one file an area, when a page of that area first asks for it.
const files = import.meta.glob<{ default: object }>(["./zh-CN/*.ts", "./en/*.ts"]);
const backend: BackendModule = {
  type: "backend",
  init() {},
  read(language, namespace, callback) {
    const load = files[`./${language}/${namespace}.ts`];
    if (!load) callback(new Error(`no texts for ${language}/${namespace}`), false);
    else
      load().then(
        (file) => callback(null, file.default as never),
        (error: Error) => callback(error, false),
      );
  },
};

const STORED = "kepu.language";

function preferred(): Language {
  const stored = localStorage.getItem(STORED);
  const known = LANGUAGES.find((language) => language === stored);
  return known ?? (navigator.language.toLowerCase().startsWith("en") ? "en" : "zh-CN");
}

export const ready = i18next
  .use(backend)
  .use(initReactI18next)
  .init({
    lng: preferred(),
    supportedLngs: LANGUAGES,
    load: "currentOnly",
    fallbackLng: false,
    ns: ["common"],
    defaultNS: "common",
    interpolation: { escapeValue: false },
    react: { useSuspense: true },
  });

export function language(): Language {
  return i18next.language === "en" ? "en" : "zh-CN";
}

export async function setLanguage(next: Language) {
  localStorage.setItem(STORED, next);
  await i18next.changeLanguage(next);
}

/** The language in which the API shall give reasons and titles: `lang: apiLanguage()`. */
export function apiLanguage(): "zh" | "en" {
  return language() === "en" ? "en" : "zh";
}

export default i18next;
