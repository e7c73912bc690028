import { use, useMemo, useSyncExternalStore } from "react";
import type account from "./zh-CN/account";
import type agreements from "./zh-CN/agreements";
import type appeals from "./zh-CN/appeals";
import type base from "./zh-CN/base";
import type closing from "./zh-CN/closing";
import type connections from "./zh-CN/connections";
import type credentials from "./zh-CN/credentials";
import type common from "./zh-CN/common";
import type door from "./zh-CN/door";
import type district from "./zh-CN/district";
import type designations from "./zh-CN/designations";
import type erasures from "./zh-CN/erasures";
import type exceptions from "./zh-CN/exceptions";
import type everyone from "./zh-CN/public";
import type laboratory from "./zh-CN/laboratory";
import type lists from "./zh-CN/lists";
import type programmes from "./zh-CN/programmes";
import type reminders from "./zh-CN/reminders";
import type reports from "./zh-CN/reports";
import type resources from "./zh-CN/resources";
import type school from "./zh-CN/school";
import type student from "./zh-CN/student";
import type teacher from "./zh-CN/teacher";

// Texts by area and language, each file loaded when a page first asks for it. Two languages and plurals by
// Intl.PluralRules need no library: one of those weighs as much as a tenth of the first load.

export const LANGUAGES = ["zh-CN", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

interface Areas {
  common: typeof common;
  account: typeof account;
  teacher: typeof teacher;
  school: typeof school;
  base: typeof base;
  closing: typeof closing;
  door: typeof door;
  district: typeof district;
  student: typeof student;
  public: typeof everyone;
  laboratory: typeof laboratory;
  lists: typeof lists;
  connections: typeof connections;
  credentials: typeof credentials;
  programmes: typeof programmes;
  reminders: typeof reminders;
  reports: typeof reports;
  resources: typeof resources;
  designations: typeof designations;
  agreements: typeof agreements;
  appeals: typeof appeals;
  erasures: typeof erasures;
  exceptions: typeof exceptions;
}
export type Area = keyof Areas;

type Singular<K extends string> = K extends `${infer Base}_${"zero" | "one" | "two" | "few" | "many" | "other"}` ? Base : K;
/** The keys of an area, `a.b.c`; plural forms go by what they have in common. */
type Keys<T> = { [K in keyof T & string]: T[K] extends string ? K | Singular<K> : `${K}.${Keys<T[K]>}` }[keyof T & string];
type KeyOf<A extends Area> =
  | (A extends Area ? Keys<Areas[A]> : never)
  | { [B in Area]: `${B}:${Keys<Areas[B]>}` }[Area];

export type Values = Record<string, string | number | null | undefined>;
export type Translate<A extends Area> = (key: KeyOf<A>, values?: Values) => string;

type Tree = { readonly [key: string]: string | Tree };

const files = import.meta.glob<{ default: Tree }>(["./zh-CN/*.ts", "./en/*.ts"]);
const loaded = new Map<string, Tree>();
const loading = new Map<string, Promise<Tree>>();

/** After how long a file that failed may be asked for again. */
const AGAIN = 3000;

/** The same promise for the same file, until some time after it has failed. */
function load(of: Language, area: string): Promise<Tree> {
  const name = `./${of}/${area}.ts`;
  let promise = loading.get(name);
  if (!promise) {
    const file = files[name];
    promise = file ? file().then((texts) => texts.default) : Promise.reject(new Error(`there are no texts ${name}`));
    loading.set(name, promise);
    void keep(name, promise);
  }
  return promise;
}

async function keep(name: string, promise: Promise<Tree>) {
  try {
    const texts = await promise;
    loaded.set(name, texts);
    // So that `use` reads it at once: a page whose texts are there does not wait for a turn.
    Object.assign(promise, { status: "fulfilled", value: texts });
  } catch {
    // Not at once: a page that asks again in the same breath would ask without end where there is no network.
    setTimeout(() => loading.delete(name), AGAIN);
  }
}

const STORED = "kepu.language";

function preferred(): Language {
  const stored = localStorage.getItem(STORED);
  const known = LANGUAGES.find((one) => one === stored);
  return known ?? (navigator.language.toLowerCase().startsWith("en") ? "en" : "zh-CN");
}

let current = preferred();
const listeners = new Set<() => void>();
const asked = new Set<string>(["common"]);

export const ready = load(current, "common");

export function language(): Language {
  return current;
}

/** Changes once every text that is on the page is there, so that nothing flickers. */
export async function setLanguage(next: Language) {
  localStorage.setItem(STORED, next);
  await Promise.all([...asked].map((area) => load(next, area)));
  current = next;
  for (const listener of listeners) listener();
}

/** The language in which the API shall give reasons and titles: `lang: apiLanguage()`. */
export function apiLanguage(): "zh" | "en" {
  return current === "en" ? "en" : "zh";
}

const plurals = { "zh-CN": new Intl.PluralRules("zh-CN"), en: new Intl.PluralRules("en") };

function find(of: Language, area: string, path: string): string | undefined {
  let at: string | Tree | undefined = loaded.get(`./${of}/${area}.ts`);
  for (const part of path.split(".")) {
    if (typeof at !== "object") return undefined;
    at = at[part];
  }
  return typeof at === "string" ? at : undefined;
}

function look(of: Language, area: string, key: string, values?: Values): string | undefined {
  const [first = "", ...rest] = key.split(":");
  const [where, path] = rest.length > 0 ? [first, rest.join(":")] : [area, key];
  const count = values?.count;
  const plural =
    typeof count === "number"
      ? (find(of, where, `${path}_${plurals[of].select(count)}`) ?? find(of, where, `${path}_other`))
      : undefined;
  const text = plural ?? find(of, where, path);
  return text?.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => String(values?.[name] ?? ""));
}

/** The text of a key, or the key itself where there is none: for code outside of components. */
export function translate(key: string, values?: Values): string {
  return look(current, "common", key, values) ?? key;
}

/**
 * Texts of one area, or of several, the first of which needs no prefix: `t("home.title")`, `t("common:save")`. The page
 * waits, under its skeleton, until they are there.
 */
export function useTranslation<A extends Area = "common">(areas?: A | readonly A[]) {
  const of = useSyncExternalStore(subscribe, language);
  const all: readonly string[] = areas === undefined ? ["common"] : typeof areas === "string" ? [areas] : areas;
  for (const area of all) {
    asked.add(area);
    // Each time, also once it is there: React must see the same calls in every render.
    use(load(of, area));
  }
  const first = all[0] ?? "common";
  return useMemo(() => {
    const t: Translate<A> = (key, values) => look(of, first, key, values) ?? key;
    return { t, i18n: { language: of, exists: (key: string) => look(of, first, key, { count: 0 }) !== undefined } };
  }, [of, first]);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
