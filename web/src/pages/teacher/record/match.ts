// Finds the pupils that a teacher has pasted or given in a sheet.

import { HEADERS, HEADING } from "@/i18n/headers";

export interface Known {
  id: string;
  number: string;
  name: string;
  grade?: number | null;
  class_name?: string | null;
}

/** One person as it was given: a number, a name, or both. */
export interface Given {
  /** Line of the text or row of the sheet, from 1. */
  row: number;
  number?: string;
  name?: string;
  minutes?: number;
  quantity?: number;
}

export type Trouble =
  /** Nobody of today's roster has the number; the service may know it for the day of the session. */
  | "unknown_number"
  | "unknown_name"
  | "namesakes"
  | "name_differs"
  /** Stands above already. */
  | "twice"
  | "empty"
  | "bad_minutes";

export interface Finding {
  given: Given;
  person?: Known;
  trouble?: Trouble;
  /** Who it may be. */
  candidates?: Known[];
  /** Where it stands first. */
  first?: number;
}

/** Full-width letters as plain ones, no space around. */
export function plain(text: string): string {
  return text.normalize("NFKC").trim();
}

const nameKey = (name: string) => plain(name).replace(/[\s·•.]/gu, "").toLowerCase();
const numberKey = (number: string) => plain(number).toUpperCase();
const CHINESE = /^\p{Script=Han}/u;

/** A word without digits, or one that begins with a Chinese character, is a name. */
function isName(word: string) {
  return CHINESE.test(word) || !/\d/.test(word);
}

/** Numbers and names as people paste them: one a line, or several in a line between commas, blanks or tabs. */
export function parsePaste(text: string): Given[] {
  const given: Given[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const row = index + 1;
    const words = plain(line)
      .split(/[\s,;、|]+/u)
      .filter((word) => word !== "" && !HEADING.test(word));
    const numbers = words.filter((word) => !isName(word));
    let names = words.filter(isName);
    // 张 三, or John Smith beside one number: one name.
    if (names.length > 1 && names.every((name) => name.length === 1 && CHINESE.test(name))) names = [names.join("")];
    if (numbers.length === 1 && names.length > 1 && !names.some((name) => CHINESE.test(name))) names = [names.join(" ")];
    if (numbers.length === 0 && names.length > 1 && !names.some((name) => CHINESE.test(name)) && !/[,;、|\t]/.test(line))
      names = [names.join(" ")];
    if (numbers.length > 0 && numbers.length === names.length)
      given.push(...numbers.map((number, place) => ({ row, number, ...(names[place] && { name: names[place] }) })));
    else {
      given.push(...numbers.map((number) => ({ row, number })));
      given.push(...names.map((name) => ({ row, name })));
    }
  }
  return given;
}

type Header = keyof typeof HEADERS;

/** The rows of a sheet under the row that names 学号 or 姓名; without such a row, whatever stands in the first columns. */
export function readRows(rows: readonly (readonly string[])[]): Given[] {
  const place = (cells: readonly string[], header: Header) =>
    cells.findIndex((cell) => HEADERS[header].includes(plain(cell).toLowerCase()));
  const top = rows.findIndex((cells) => place(cells, "number") >= 0 || place(cells, "name") >= 0);
  if (top < 0) {
    return rows.flatMap((cells, index) =>
      parsePaste(cells.filter((cell) => plain(cell) !== "").slice(0, 2).join("\t")).map((one) => ({ ...one, row: index + 1 })),
    );
  }
  const header = rows[top] ?? [];
  const columns = Object.fromEntries((Object.keys(HEADERS) as Header[]).map((name) => [name, place(header, name)])) as Record<Header, number>;
  return rows.slice(top + 1).flatMap((cells, index) => {
    const cell = (name: Header) => plain(cells[columns[name]] ?? "");
    if (cells.every((one) => plain(one) === "")) return [];
    const whole = (text: string) => (text === "" ? undefined : /^\d+$/.test(text) ? Number(text) : Number.NaN);
    const minutes = whole(cell("minutes"));
    const quantity = whole(cell("quantity"));
    return [
      {
        row: top + index + 2,
        ...(cell("number") && { number: cell("number") }),
        ...(cell("name") && { name: cell("name") }),
        ...(minutes !== undefined && { minutes }),
        ...(quantity !== undefined && { quantity }),
      },
    ];
  });
}

/** Looks everybody up in the roster. `chosen` says who is meant, by row, where several have the name. */
export function findAll(given: readonly Given[], roster: readonly Known[], chosen: Record<string, string> = {}): Finding[] {
  const byNumber = new Map(roster.map((person) => [numberKey(person.number), person]));
  const byName = new Map<string, Known[]>();
  for (const person of roster) byName.set(nameKey(person.name), [...(byName.get(nameKey(person.name)) ?? []), person]);
  const seen = new Map<string, number>();

  return given.map((one): Finding => {
    const finding = look(one);
    const key = finding.person?.id ?? (one.number ? numberKey(one.number) : undefined);
    if (key === undefined || (finding.trouble && finding.trouble !== "unknown_number")) return finding;
    const first = seen.get(key);
    if (first !== undefined) return { ...finding, trouble: "twice", first };
    seen.set(key, one.row);
    return finding;
  });

  function look(given: Given): Finding {
    if (!given.number && !given.name) return { given, trouble: "empty" };
    if ([given.minutes, given.quantity].some((value) => value !== undefined && Number.isNaN(value)) || (given.minutes ?? 0) > 1440)
      return { given, trouble: "bad_minutes" };
    if (given.number) {
      const person = byNumber.get(numberKey(given.number));
      if (!person) return { given, trouble: "unknown_number" };
      if (given.name && nameKey(given.name) !== nameKey(person.name)) return { given, trouble: "name_differs", candidates: [person] };
      return { given, person };
    }
    const candidates = byName.get(nameKey(given.name ?? "")) ?? [];
    const [only] = candidates;
    if (!only) return { given, trouble: "unknown_name" };
    if (candidates.length === 1) return { given, person: only };
    const meant = candidates.find((person) => person.id === chosen[choiceKey(given)]);
    return meant ? { given, person: meant, candidates } : { given, trouble: "namesakes", candidates };
  }
}

/** Under which a choice among namesakes is kept. */
export function choiceKey(given: Given): string {
  return `${given.row} ${given.name ?? ""}`;
}
