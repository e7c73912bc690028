import { isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import { rootOf, type Way, wordOf } from "./spans";

export type Group = "head" | "rules" | "limits" | "requirements" | "ladders";

/** One value of a policy that the form offers, and where it stands in the text. */
export interface Field {
  /** The way to it, which stays the same while other values change. */
  key: string;
  way: Way;
  group: Group;
  /** What it belongs to: a rule's title or id. */
  of: string;
  /** Its own name in the document. */
  name: string;
  value: string;
  numeric: boolean;
  /** First and last place in the text. */
  from: number;
  to: number;
}

const NUMBER = /^-?\d+(\.\d+)?$/;
const LEAST = new Set(["at_least", "at_most", "more_than", "less_than"]);

/** The values that the form offers, in the order of the text; none of a text that is no YAML. */
export function fieldsOf(text: string): Field[] {
  const root = rootOf(text);
  if (!root) return [];
  const fields: Field[] = [];
  const add = (group: Group, of: string, name: string, way: Way, node: unknown) => {
    if (!isScalar(node) || !node.range) return;
    const [from, to] = node.range;
    const source = text.slice(from, to);
    if (from === to) return;
    const numeric = NUMBER.test(source);
    fields.push({ key: way.join("."), way, group, of, name, value: numeric ? source : String((node as Scalar).value ?? ""), numeric, from, to });
  };
  /** Every number below a node whose name is wanted. */
  const numbers = (group: Group, of: string, node: unknown, path: Way, wanted: (name: string) => boolean) => {
    if (isMap(node))
      for (const pair of node.items) {
        const name = wordOf(pair.key);
        const at = [...path, name];
        if (isScalar(pair.value) && isNumber(text, pair.value)) {
          const measure = node.get("measure");
          if (wanted(name)) add(group, of, typeof measure === "string" ? `${measure} ${name}` : name, at, pair.value);
        } else numbers(group, of, pair.value, at, wanted);
      }
    else if (isSeq(node))
      for (const [index, item] of node.items.entries())
        if (isScalar(item)) {
          if (isNumber(text, item)) add(group, of, String(index + 1), [...path, index], item);
        } else numbers(group, of, item, [...path, index], wanted);
  };
  const each = (name: string, act: (of: string, item: Node, path: Way) => void) => {
    const list = root.get(name, true);
    if (!isSeq(list)) return;
    for (const [index, item] of list.items.entries()) if (isMap(item)) act(nameOf(item), item, [name, index]);
  };
  for (const name of ["zh", "en"]) add("head", "", name, ["title", name], root.getIn?.(["title", name], true));
  add("head", "", "version", ["version"], root.get("version", true));
  each("rules", (of, item, path) => numbers("rules", of, isMap(item) ? item.get("credit", true) : null, [...path, "credit"], () => true));
  each("limits", (of, item, path) =>
    numbers("limits", of, isMap(item) ? item.get("at_most", true) : null, [...path, "at_most"], () => true),
  );
  each("requirements", (of, item, path) =>
    numbers("requirements", of, isMap(item) ? item.get("when", true) : null, [...path, "when"], (name) => LEAST.has(name)),
  );
  each("ladders", (_, ladder, path) => {
    const levels = isMap(ladder) ? ladder.get("levels", true) : null;
    if (!isSeq(levels)) return;
    for (const [index, level] of levels.items.entries())
      if (isMap(level)) numbers("ladders", nameOf(level), level, [...path, "levels", index], (name) => LEAST.has(name));
  });
  return fields;
}

function isNumber(text: string, node: Scalar): boolean {
  return node.range ? NUMBER.test(text.slice(node.range[0], node.range[1])) : false;
}

function nameOf(item: unknown): string {
  if (!isMap(item)) return "";
  const title = item.getIn(["title", "zh"]);
  return String(title ?? item.get("id") ?? "");
}

/** The text with one value changed; every other character stays. */
export function replaced(text: string, field: Field, value: string): string {
  return `${text.slice(0, field.from)}${field.numeric ? value : quoted(text.slice(field.from, field.to), value)}${text.slice(field.to)}`;
}

/** A word in the quotes that stood there before, or in quotes where a plain word would be read as something else. */
function quoted(before: string, value: string): string {
  if (before.startsWith("'")) return `'${value.replaceAll("'", "''")}'`;
  if (before.startsWith('"')) return JSON.stringify(value);
  const plain = /^\p{L}[\p{L}\p{N} ()+%-]*$/u.test(value) && value === value.trim();
  const word = /^(true|false|null|yes|no|on|off)$/i.test(value);
  return plain && !word ? value : JSON.stringify(value);
}

/** Whether something may be written where a number stands. */
export function isDecimal(value: string): boolean {
  return NUMBER.test(value.trim());
}
