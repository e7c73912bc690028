import { isMap, isScalar } from "yaml";
import { moved, nodeAt, pairOf, removed, renamed, rootOf, type Way, withKey, wordOf } from "./spans";

/** A table of credit as rows and columns. */
export interface Table {
  name: string;
  way: Way;
  /** The fields that pick row and column. */
  row: string;
  /** Nothing where each row holds one value. */
  column: string | undefined;
  rows: string[];
  columns: string[];
  /** By row and column; nothing where the pair earns nothing. */
  values: Record<string, Record<string, string>>;
}

/** The key of the value of a row without columns. */
export const ONLY = "credit";

export function tablesOf(text: string): Table[] {
  const root = rootOf(text);
  const tables = root && nodeAt(root, ["tables"]);
  if (!isMap(tables)) return [];
  return tables.items.flatMap((pair) => {
    const name = wordOf(pair.key);
    const body = pair.value;
    const rows = pairOf(body, "values")?.value;
    if (!isMap(body) || !isMap(rows)) return [];
    const values: Table["values"] = {};
    const columns: string[] = [];
    for (const row of rows.items) {
      const cells: Record<string, string> = {};
      if (isMap(row.value))
        for (const cell of row.value.items) {
          const column = wordOf(cell.key);
          if (isScalar(cell.value)) cells[column] = wordOf(cell.value);
          if (!columns.includes(column)) columns.push(column);
        }
      values[wordOf(row.key)] = cells;
    }
    const column = pairOf(body, "column")?.value;
    return [
      {
        name,
        way: ["tables", name],
        row: wordOf(pairOf(body, "row")?.value),
        column: column ? wordOf(column) : undefined,
        rows: Object.keys(values).length === rows.items.length ? rows.items.map((row) => wordOf(row.key)) : Object.keys(values),
        columns,
        values,
      },
    ];
  });
}

/** One cell with another value; without one it earns nothing. */
export function withCell(text: string, table: Table, row: string, column: string, value: string): string {
  const way = [...table.way, "values", row];
  if (value !== "") return withKey(text, way, column, value, table.columns);
  return table.values[row]?.[column] === undefined ? text : removed(text, [...way, column]);
}

/** One more row, worth what the last one is worth. */
export function withRow(text: string, table: Table, name: string): string {
  const last = table.values[table.rows.at(-1) ?? ""] ?? {};
  const cells = table.columns.filter((column) => last[column] !== undefined).map((column) => [column, last[column] ?? "0"] as const);
  return withKey(text, [...table.way, "values"], name, `{ ${cells.map(([column, value]) => `${column}: ${value}`).join(", ")} }`);
}

/** One more column, which earns nothing yet. */
export function withColumn(text: string, table: Table, name: string): string {
  return everyRow(text, table, (now, way) => withKey(now, way, name, "0"));
}

export function withoutRow(text: string, table: Table, row: string): string {
  return removed(text, [...table.way, "values", row]);
}

export function withoutColumn(text: string, table: Table, column: string): string {
  return everyRow(text, table, (now, way) => removed(now, [...way, column]));
}

export function movedRow(text: string, table: Table, row: string, by: -1 | 1): string {
  return moved(text, [...table.way, "values", row], by);
}

/** A column before or behind its neighbour, in each row that has both. */
export function movedColumn(text: string, table: Table, column: string, by: -1 | 1): string {
  const other = table.columns[table.columns.indexOf(column) + by];
  if (other === undefined) return text;
  return everyRow(text, table, (now, way) => {
    const map = nodeAt(rootOf(now), way);
    const keys = isMap(map) ? map.items.map((pair) => wordOf(pair.key)) : [];
    const at = keys.indexOf(column);
    return keys[at + by] === other && at >= 0 ? moved(now, [...way, column], by) : now;
  });
}

export function renamedRow(text: string, table: Table, row: string, name: string): string {
  return renamed(text, [...table.way, "values", row], name);
}

export function renamedColumn(text: string, table: Table, column: string, name: string): string {
  return everyRow(text, table, (now, way) => renamed(now, [...way, column], name));
}

/** A table by level of the contest and award, to begin with. */
export function withTable(text: string, name: string, order: readonly string[]): string {
  const body = [
    ["row", "contest_level"],
    ["column", "award"],
    [
      "values",
      [
        ["city", "{ first: 3, second: 2, third: 1 }"],
        ["county", "{ first: 2, second: 1 }"],
      ],
    ],
  ] as const;
  return nodeAt(rootOf(text), ["tables"]) ? withKey(text, ["tables"], name, body) : withKey(text, [], "tables", [[name, body]], order);
}

function everyRow(text: string, table: Table, act: (text: string, way: Way) => string): string {
  return table.rows.reduce((now, row) => act(now, [...table.way, "values", row]), text);
}

