import { isMap, isScalar, isSeq, type Node } from "yaml";
import { nodeAt, pairOf, removed, rootOf, type Way, withKey, word, wordOf } from "./spans";

/** How a field is compared: with words, by a span, or with yes and no. */
export type Compares = "words" | "span" | "flag";

/** The fields of a condition that the form offers; the others of the language are written in the text. */
export const FIELDS: Record<string, Compares> = {
  kind: "words",
  activity: "words",
  host: "words",
  host_level: "words",
  host_designation: "words",
  host_designated: "flag",
  contest_series: "words",
  contest_level: "words",
  award: "words",
  tag: "words",
  category: "words",
  rule: "words",
  minutes: "span",
  quantity: "span",
  place: "span",
  team_position: "span",
  team_size: "span",
  session_rank: "span",
  class_rank: "span",
  grade: "span",
  age: "span",
  stage: "words",
  person_kind: "words",
  person_tag: "words",
  school: "words",
  date: "span",
  month: "words",
  weekday: "words",
  term: "words",
  voluntary: "flag",
  school_day: "flag",
};

/** What rules give can be asked of priced records alone. */
export const AFTER_RULES = new Set(["category", "rule"]);

/** Where conditions stand among the keys beside them. */
const ORDER = ["id", "title", "category", "within", "when", "of", "for", "require", "credit", "at_most", "keep", "force"];

/** What is asked of one field. */
export type Asked = { words: string[] } | { from: string; to: string } | { flag: boolean };

/** One line of a condition. */
export interface Line {
  field: string;
  /** Nothing where it is of another sort than the form knows. */
  asked: Asked | undefined;
  /** As it is written. */
  text: string;
}

/** The lines of the condition at this way; none where there is none. */
export function linesOf(text: string, way: Way): Line[] {
  const root = rootOf(text);
  const map = root && nodeAt(root, way);
  if (!isMap(map)) return [];
  return map.items.map((pair) => {
    const field = wordOf(pair.key);
    const node = pair.value as Node | null;
    const source = node?.range ? text.slice(node.range[0], node.range[1]).trim() : "";
    return { field, asked: askedOf(FIELDS[field], node), text: source };
  });
}

function askedOf(compares: Compares | undefined, node: unknown): Asked | undefined {
  const one = isScalar(node) ? wordOf(node) : undefined;
  if (compares === "flag") return one === "true" || one === "false" ? { flag: one === "true" } : undefined;
  if (compares === "words") {
    if (one !== undefined) return { words: [one] };
    return isSeq(node) && node.items.every(isScalar) ? { words: node.items.map(wordOf) } : undefined;
  }
  if (compares !== "span") return undefined;
  if (one !== undefined) return { from: one, to: one };
  const bounds = isMap(node) && node.items.every((pair) => ["from", "to"].includes(wordOf(pair.key)) && isScalar(pair.value));
  return bounds ? { from: wordOf(pairOf(node, "from")?.value), to: wordOf(pairOf(node, "to")?.value) } : undefined;
}

/** How what is asked is written. */
function written(asked: Asked): string {
  if ("flag" in asked) return String(asked.flag);
  if ("words" in asked) return asked.words.length === 1 && asked.words[0] ? word(asked.words[0]) : `[${asked.words.map(word).join(", ")}]`;
  if (asked.from !== "" && asked.from === asked.to && /^\d+$/.test(asked.from)) return asked.from;
  const bounds = (["from", "to"] as const).filter((bound) => asked[bound] !== "").map((bound) => `${bound}: ${word(asked[bound])}`);
  return `{ ${bounds.join(", ")} }`;
}

/** The text in which the condition at this way asks this of a field; the condition is made if there was none. */
export function withLine(text: string, way: Way, field: string, asked: Asked): string {
  const [owner, key] = [way.slice(0, -1), String(way.at(-1))];
  const root = rootOf(text);
  const map = root && nodeAt(root, way);
  if (isMap(map) && map.items.length > 0) return withKey(text, way, field, written(asked));
  return withKey(text, owner, key, `{ ${field}: ${written(asked)} }`, ORDER);
}

/** The text in which the condition no longer asks of a field; a condition that asks nothing more goes with it. */
export function withoutLine(text: string, way: Way, field: string): string {
  return linesOf(text, way).length === 1 ? removed(text, way) : removed(text, [...way, field]);
}
