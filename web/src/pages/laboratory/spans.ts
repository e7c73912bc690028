import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";

/** The way to a value: keys of mappings and places in lists. */
export type Way = readonly (string | number)[];

/** What is written for a new value: as it stands in braces and brackets, or key by key where the text is set in lines. */
export type Written = string | readonly (readonly [key: string, value: Written])[];

type Collection = YAMLMap | YAMLSeq;

/** From here up to there, which is no more of it. */
interface Span {
  from: number;
  to: number;
}

let read: { text: string; root: YAMLMap | undefined } = { text: "", root: undefined };

/** The whole of a text that is YAML and a mapping. A form asks of the same text many times: it is read once. */
export function rootOf(text: string): YAMLMap | undefined {
  if (read.text !== text) {
    const document = parseDocument(text, { keepSourceTokens: false });
    read = { text, root: document.errors.length === 0 && isMap(document.contents) ? document.contents : undefined };
  }
  return read.root;
}

/** A key or word as it is written. */
export function wordOf(node: unknown): string {
  return isScalar(node) ? (node.source ?? String(node.value ?? "")) : "";
}

export function pairOf(map: unknown, key: string): Pair | undefined {
  return isMap(map) ? map.items.find((pair) => wordOf(pair.key) === key) : undefined;
}

/** What stands at the end of this way. */
export function nodeAt(root: unknown, way: Way): Node | undefined {
  let node: unknown = root;
  for (const step of way) {
    if (isSeq(node) && typeof step === "number") node = node.items[step];
    else node = pairOf(node, String(step))?.value;
  }
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node : undefined;
}

/** The text without an entry: its lines with the comments right above them, or its part of a list in brackets. */
export function removed(text: string, way: Way): string {
  const { collection, spans, index, parent } = entryAt(text, way);
  const span = spans[index];
  if (!collection || !span) return text;
  if (spans.length === 1 && parent.length > 0) return emptied(text, parent, collection);
  if (!collection.flow) return text.slice(0, span.from) + text.slice(span.to);
  const before = spans[index - 1];
  const after = spans[index + 1];
  if (before) return text.slice(0, before.to) + text.slice(span.to);
  return text.slice(0, span.from) + text.slice(after ? after.from : span.to);
}

/** The text with an entry one place further up (-1) or down (1); the same where there is no further. */
export function moved(text: string, way: Way, by: -1 | 1): string {
  const { spans, index } = entryAt(text, way);
  const [a, b] = by < 0 ? [spans[index - 1], spans[index]] : [spans[index], spans[index + 1]];
  if (!a || !b) return text;
  return text.slice(0, a.from) + ended(text, b) + text.slice(a.to, b.from) + ended(text, a) + text.slice(b.to);
}

/** The text with one more entry at the end of the list at this way, which is made if it is not there. */
export function appended(text: string, way: Way, item: Written, order: readonly string[] = []): string {
  return added(text, way, undefined, item, order);
}

/** The text in which a key of the mapping at this way has this value; `order` says where a new key goes. */
export function withKey(text: string, way: Way, key: string, value: Written, order: readonly string[] = []): string {
  const root = rootOf(text);
  const map = root && nodeAt(root, way);
  const pair = pairOf(map, key);
  if (!pair) return added(text, way, key, value, order);
  const colon = text.indexOf(":", endOf(pair.key, text));
  const there = pair.value as Node | null;
  // In the place of a value on the same line, else right after the colon.
  const inline = there?.range && there.range[1] > there.range[0] && (!isBlock(there) || isScalar(there));
  const from = inline && there.range ? there.range[0] : colon + 1;
  const to = Math.max(from, there ? endOf(there, text) : from);
  return `${text.slice(0, from)}${inline ? "" : " "}${inBraces(value)}${text.slice(to)}`;
}

/** The text in which a key of a mapping is called otherwise. */
export function renamed(text: string, way: Way, key: string): string {
  const root = rootOf(text);
  const pair = pairOf(root && nodeAt(root, way.slice(0, -1)), String(way.at(-1)));
  if (!isScalar(pair?.key) || !pair.key.range) return text;
  const [from, to] = pair.key.range;
  return text.slice(0, from) + word(key) + text.slice(to);
}

/** A word in quotes where a plain one would be read as something else. */
export function word(value: string): string {
  const plain = /^[\p{L}\p{N}][\p{L}\p{N} ()+%._-]*$/u.test(value) && value === value.trim();
  const other = /^(true|false|null|yes|no|on|off|~)$/i.test(value);
  return plain && !other ? value : JSON.stringify(value);
}

function entryAt(text: string, way: Way) {
  const parent = way.slice(0, -1);
  const root = rootOf(text);
  const node = root && nodeAt(root, parent);
  const collection = isMap(node) || isSeq(node) ? node : undefined;
  const step = way.at(-1);
  const index = isMap(collection) ? collection.items.findIndex((pair) => wordOf(pair.key) === step) : Number(step);
  return { collection, spans: collection ? spansOf(text, collection) : [], index, parent };
}

function added(text: string, way: Way, key: string | undefined, value: Written, order: readonly string[]): string {
  const root = rootOf(text);
  if (!root) return text;
  const node = way.length === 0 ? root : nodeAt(root, way);
  const entry = (indent: string) => (key === undefined ? itemInLines(value, indent) : keyInLines(key, value, indent));
  const inside = key === undefined ? inBraces(value) : `${word(key)}: ${inBraces(value)}`;
  const fits = key === undefined ? isSeq(node) : isMap(node);
  if (!fits || ((isMap(node) || isSeq(node)) && node.items.length === 0 && way.length > 0)) {
    const last = way.at(-1);
    if (typeof last !== "string" || (node && !isEmpty(node))) return text;
    return filled(text, way, last, { entry, inside, list: key === undefined }, order);
  }
  const collection = node as Collection;
  const spans = spansOf(text, collection);
  if (collection.flow) {
    const last = spans.at(-1);
    if (!last) return text;
    const before = spans.at(-2);
    // Where each entry has a line of its own, so has the new one.
    const lines = before ? text.slice(before.to, last.from).includes("\n") : false;
    return `${text.slice(0, last.to)},${lines ? `\n${" ".repeat(columnOf(text, last.from))}` : " "}${inside}${text.slice(last.to)}`;
  }
  const at = placeOf(collection, key, order, spans);
  const first = collection.items[0];
  const indent = " ".repeat(first ? columnOf(text, anchorOf(text, collection, 0)) : 0);
  // What stands apart by empty lines above and below, as the keys of a whole policy do, stays so.
  const apart = way.length === 0 && /\n[ \t]*\n\S/.test(text) ? "\n" : "";
  const before = text.slice(0, at);
  return `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${apart}${entry(indent)}${text.slice(at)}`;
}

/** A list or mapping that is not there, or has nothing in it, with its first entry. */
function filled(
  text: string,
  way: Way,
  key: string,
  first: { entry: (indent: string) => string; inside: string; list: boolean },
  order: readonly string[],
): string {
  const parent = way.slice(0, -1);
  const map = nodeAt(rootOf(text), parent);
  if (!isMap(map)) return text;
  const pair = pairOf(map, key);
  const braces = first.list ? `[${first.inside}]` : `{ ${first.inside} }`;
  if (map.flow) return pair ? withKey(text, parent, key, braces) : added(text, parent, key, braces, order);
  if (!pair) {
    const bare = added(text, parent, key, MARK, order);
    return bare === text ? text : unfolded(bare, parent, key, first.entry);
  }
  return unfolded(withKey(text, parent, key, MARK), parent, key, first.entry);
}

const MARK = "kepu-here";

/** In the place of the mark the entry, set in below its key. */
function unfolded(text: string, parent: Way, key: string, entry: (indent: string) => string): string {
  const pair = pairOf(nodeAt(rootOf(text), parent), key);
  const at = text.indexOf(MARK);
  if (!isScalar(pair?.key) || !pair.key.range || at < 0) return text;
  const indent = " ".repeat(columnOf(text, pair.key.range[0]) + 2);
  const end = lineEnd(text, at);
  const line = text.slice(at + MARK.length, end);
  const kept = text.slice(0, at).replace(/ $/, "") + line;
  return `${kept.endsWith("\n") ? kept : `${kept}\n`}${entry(indent)}${text.slice(end)}`;
}

/** A collection that has lost its last entry. */
function emptied(text: string, way: Way, collection: Collection): string {
  const braces = isSeq(collection) ? "[]" : "{}";
  if (collection.flow && collection.range) return text.slice(0, collection.range[0]) + braces + text.slice(collection.range[1]);
  const span = spansOf(text, collection)[0];
  const pair = pairOf(nodeAt(rootOf(text), way.slice(0, -1)), String(way.at(-1)));
  if (!span || !pair) return text;
  const colon = text.indexOf(":", endOf(pair.key, text)) + 1;
  // Behind an anchor, if there is one.
  const at = colon + (/^(?:[ \t]*[&!]\S+)*/.exec(text.slice(colon, span.from))?.[0].length ?? 0);
  return `${text.slice(0, at)} ${braces}${text.slice(at, span.from)}${text.slice(span.to)}`;
}

/** Where each entry stands: whole lines with the comments above them, or the part between commas. */
function spansOf(text: string, collection: Collection): Span[] {
  const spans: Span[] = [];
  let before = collection.range?.[0] ?? 0;
  for (const [index, item] of collection.items.entries()) {
    const end = endOf(item, text);
    const start = anchorOf(text, collection, index);
    if (collection.flow) {
      spans.push({ from: start, to: end });
    } else {
      const line = lineStart(text, start);
      // The first key after a dash shares its line with it.
      const shares = text.slice(line, start).trim() !== "";
      const to = lineEnd(text, end);
      spans.push({ from: shares ? start : withComments(text, line, index === 0 ? 0 : before), to });
    }
    before = spans.at(-1)?.to ?? before;
  }
  return spans;
}

/** Where an entry begins: its dash, its key, or what it is in brackets, with an anchor before it. */
function anchorOf(text: string, collection: Collection, index: number): number {
  const item = collection.items[index];
  const start = (isPair(item) ? startOf(item.key) : startOf(item)) ?? 0;
  if (collection.flow) return start - (/(?:[&!][^\s,]*\s+)+$/.exec(text.slice(Math.max(0, start - 80), start))?.[0].length ?? 0);
  if (isMap(collection)) return start;
  const column = columnOf(text, collection.range?.[0] ?? 0);
  for (let line = lineStart(text, start); ; line = lineStart(text, line - 1)) {
    const dash = line + column;
    if (text[dash] === "-" && text.slice(line, dash).trim() === "") return dash;
    if (line <= 0) return start;
  }
}

/** Behind which entry a new key goes: the last of those that come before it in the order of the language. */
function placeOf(collection: Collection, key: string | undefined, order: readonly string[], spans: readonly Span[]): number {
  const end = spans.at(-1)?.to ?? 0;
  const rank = key === undefined ? -1 : order.indexOf(key);
  if (rank < 0 || !isMap(collection)) return end;
  let at: number | undefined;
  for (const [index, pair] of collection.items.entries()) {
    const other = order.indexOf(wordOf(pair.key));
    if (other >= 0 && other < rank) at = spans[index]?.to;
  }
  return at ?? end;
}

function withComments(text: string, line: number, notBefore: number): number {
  let from = line;
  while (from > notBefore) {
    const above = lineStart(text, from - 1);
    if (above < notBefore || !/^[ \t]*#/.test(text.slice(above, from))) break;
    from = above;
  }
  return from;
}

function startOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range?.[0] : undefined;
}

/** Where the last word of something ends, without what may follow on its line. */
function endOf(node: unknown, text: string): number {
  if (isPair(node)) return Math.max(endOf(node.key, text), node.value ? endOf(node.value, text) : 0);
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) return endOf(node.items.at(-1), text);
  const range = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range : undefined;
  if (!range) return 0;
  // A text of several lines ends with its last line.
  return range[0] + text.slice(range[0], range[1]).trimEnd().length;
}

function isBlock(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && !node.flow;
}

function isEmpty(node: Node): boolean {
  return ((isMap(node) || isSeq(node)) && node.items.length === 0) || (isScalar(node) && (node.value === null || node.value === MARK));
}

function ended(text: string, span: Span): string {
  const own = text.slice(span.from, span.to);
  // The last line of a file may lack its end.
  return span.to === text.length && text[span.from - 1] === "\n" && !own.endsWith("\n") ? `${own}\n` : own;
}

function lineStart(text: string, at: number): number {
  return at <= 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

function columnOf(text: string, at: number): number {
  return at - lineStart(text, at);
}

function inBraces(value: Written): string {
  return typeof value === "string" ? value : `{ ${value.map(([key, one]) => `${word(key)}: ${inBraces(one)}`).join(", ")} }`;
}

function keyInLines(key: string, value: Written, indent: string): string {
  if (typeof value === "string") return `${indent}${word(key)}: ${value}\n`;
  return `${indent}${word(key)}:\n${value.map(([inner, one]) => keyInLines(inner, one, `${indent}  `)).join("")}`;
}

function itemInLines(value: Written, indent: string): string {
  if (typeof value === "string") return `${indent}- ${value}\n`;
  const lines = value.map(([key, one]) => keyInLines(key, one, `${indent}  `)).join("");
  return `${indent}- ${lines.slice(indent.length + 2)}`;
}
