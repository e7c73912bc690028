import { isMap, isScalar, isSeq } from "yaml";
import { type Field, fieldsOf } from "./edit";
import { appended, moved, nodeAt, pairOf, renamed, rootOf, type Way, withKey, word, wordOf, type Written } from "./spans";
import { withTable } from "./tables";

/** The lists of a policy whose entries the form adds, takes out and moves. */
export const LISTS = ["rules", "limits", "requirements", "ladders"] as const;
export type List = (typeof LISTS)[number];

/** The keys of a policy in the order in which they are read. */
export const ORDER = [
  "kepu",
  "id",
  "version",
  "title",
  "illustrative",
  "note",
  "sources",
  "effective",
  "calendar",
  "aliases",
  "eligible",
  "select",
  "tables",
  "rules",
  "limits",
  "measures",
  "ladders",
  "requirements",
  "outputs",
  "cases",
];
const PART_ORDER = ["id", "title", "category", "within", "when", "of", "for", "credit", "at_most", "at_least", "keep", "force", "levels"];

/** What new entries are called at first, as it is written: a text in each language. */
export type Titles = Record<List | "level", string>;

/** One rule, limit, requirement, ladder or level. */
export interface Part {
  way: Way;
  id: string;
  title: { zh: string; en: string };
  /** Its place among its neighbours. */
  index: number;
  of: number;
  fields: Field[];
}

/** The parts of a list, or the levels of a ladder. */
export function partsOf(text: string, way: Way): Part[] {
  const root = rootOf(text);
  const list = root && nodeAt(root, way);
  if (!isSeq(list)) return [];
  const fields = fieldsOf(text);
  return list.items.flatMap((item, index) => {
    if (!isMap(item)) return [];
    const own = [...way, index];
    const prefix = `${own.join(".")}.`;
    const title = pairOf(item, "title")?.value;
    // A title may be one text for both languages.
    const named = (lang: "zh" | "en") => (isMap(title) ? wordOf(pairOf(title, lang)?.value) : wordOf(title));
    return [
      {
        way: own,
        id: wordOf(pairOf(item, "id")?.value),
        title: { zh: named("zh"), en: named("en") },
        index,
        of: list.items.length,
        fields: fields.filter((field) => field.key.startsWith(prefix)),
      },
    ];
  });
}

/** A word that stands at this way, such as the measure of a requirement. */
export function wordAt(text: string, way: Way): string {
  const root = rootOf(text);
  return wordOf(root && nodeAt(root, way));
}

/** The words of a list at this way. */
export function wordsAt(text: string, way: Way): string[] {
  const root = rootOf(text);
  const node = root && nodeAt(root, way);
  return isSeq(node) ? node.items.map(wordOf) : isScalar(node) && wordOf(node) !== "" ? [wordOf(node)] : [];
}

/** The keys of a mapping at this way. */
export function keysAt(text: string, way: Way): string[] {
  const root = rootOf(text);
  const node = root && nodeAt(root, way);
  return isMap(node) ? node.items.map((pair) => wordOf(pair.key)) : [];
}

/** The measures that requirements and levels may ask for. */
export function measuresOf(text: string): string[] {
  return ["total", ...partsOf(text, ["measures"]).map((part) => part.id)];
}

/** The title of a part in both languages; an empty one is not written. */
export function withTitle(text: string, part: Part, zh: string, en: string): string {
  const said = [["zh", zh] as const, ["en", en] as const].filter(([, value]) => value !== "").map(([lang, value]) => `${lang}: ${quoted(value)}`);
  return said.length === 0 ? text : withKey(text, part.way, "title", `{ ${said.join(", ")} }`, PART_ORDER);
}

/** Text for people, which may have commas and colons. */
function quoted(value: string): string {
  return /^\p{L}[\p{L}\p{N} ()+%-]*$/u.test(value) ? word(value) : JSON.stringify(value);
}

/** Words in brackets at a key of a part; none takes the key out. */
export function withWords(text: string, part: Part, key: string, words: readonly string[]): string {
  return withKey(text, part.way, key, `[${words.map(word).join(", ")}]`, PART_ORDER);
}

export function withWord(text: string, part: Part, key: string, value: string): string {
  return withKey(text, part.way, key, word(value), PART_ORDER);
}

/** What else may be in a price, with what to begin with. */
export const PRICE: Record<string, Written> = {
  fixed: "1",
  per_hour: "1",
  per_minute: "0.02",
  per_quantity: "1",
  minutes_free: "0",
  minutes_step: "30",
  at_least: "0",
  at_most: "4",
  round: "{ step: 0.5, mode: half_up }",
};

/** What a price may be made of beside what it has; a table only where there is one. */
export function pricesLeft(text: string, part: Part): string[] {
  const has = new Set(keysAt(text, [...part.way, "credit"]));
  const tables = keysAt(text, ["tables"]);
  return [...Object.keys(PRICE), ...(tables.length > 0 ? ["table"] : [])].filter((key) => !has.has(key));
}

export function withPrice(text: string, part: Part, key: string): string {
  const value = key === "table" ? word(keysAt(text, ["tables"])[0] ?? "") : PRICE[key];
  return value === undefined ? text : withKey(text, [...part.way, "credit"], key, value);
}

/** One more factor of a price: by the position in a team, to begin with. */
export function withFactor(text: string, part: Part): string {
  const factor = [
    ["by", "team_position"],
    ["values", "{ 1: 1, 2: 0.8, 3+: 0.6 }"],
    ["otherwise", "1"],
  ] as const;
  return appended(text, [...part.way, "credit", "times"], factor);
}

/** One more value of a factor, by a name that it does not have yet. */
export function withFactorValue(text: string, factor: Way): string {
  const values = [...factor, "values"];
  return withKey(text, values, unused("new", new Set(keysAt(text, values))), "1");
}

/** A cap in another unit. */
export function withUnit(text: string, part: Part, unit: string): string {
  const now = keysAt(text, [...part.way, "at_most"])[0];
  return now === undefined ? text : renamed(text, [...part.way, "at_most", now], unit);
}

/** One more entry of a list, that the checks accept as it is; beside the text where it stands. */
export function withPart(text: string, list: List, titles: Titles): { text: string; way: Way } {
  const root = rootOf(text);
  const id = unused(BEGIN[list].id, idsOf(root));
  const before = partsOf(text, [list]);
  let way: Way = [list, before.length];
  let now = appended(text, [list], [["id", id], ["title", titles[list]], ...BEGIN[list].rest(id, titles)], ORDER);
  // Before the rules that take every record: behind them it would never have its turn.
  for (const part of list === "rules" ? before.toReversed() : []) {
    if (keysAt(text, [...part.way, "when"]).length > 0) break;
    now = moved(now, way, -1);
    way = [list, part.index];
  }
  return { text: now, way };
}

/** One more level at the upper end of a ladder. */
export function withLevel(text: string, ladder: Part, titles: Titles): { text: string; way: Way } {
  const levels = [...ladder.way, "levels"];
  const parts = partsOf(text, levels);
  const id = unused("level", new Set(parts.map((part) => part.id)));
  const highest = Math.max(0, ...parts.map((part) => Number(wordAt(text, [...part.way, "at_least"])) || 0));
  const level = [
    ["id", id],
    ["title", titles.level],
    ["at_least", String(highest + 10)],
  ] as const;
  return { text: appended(text, levels, level, PART_ORDER), way: [...levels, parts.length] };
}

export function withNewTable(text: string): { text: string; way: Way } {
  const name = unused("table", new Set(keysAt(text, ["tables"])));
  return { text: withTable(text, name, ORDER), way: ["tables", name] };
}

const BEGIN: Record<List, { id: string; rest: (id: string, titles: Titles) => (readonly [string, Written])[] }> = {
  rules: {
    id: "rule",
    rest: (id) => [
      // A kind that no other rule has taken.
      ["when", `{ kind: ${id} }`],
      ["credit", "{ fixed: 1 }"],
    ],
  },
  limits: {
    id: "limit",
    rest: () => [
      ["within", "[school_year]"],
      ["at_most", "{ credits: 10 }"],
    ],
  },
  requirements: {
    id: "requirement",
    rest: () => [["when", "{ measure: total, at_least: 10 }"]],
  },
  ladders: {
    id: "ladder",
    rest: (_, titles) => [["levels", `[{ id: level, title: ${titles.level}, at_least: 10 }]`]],
  },
};

/** A name that is not taken: `rule`, `rule-2`, `rule-3` … */
export function unused(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`;
  return free;
}

function idsOf(root: unknown): Set<string> {
  const lists = ["select", "measures", "outputs", ...LISTS].map((list) => pairOf(root, list)?.value);
  return new Set(lists.flatMap((list) => (isSeq(list) ? list.items.map((item) => wordOf(pairOf(item, "id")?.value)) : [])));
}
