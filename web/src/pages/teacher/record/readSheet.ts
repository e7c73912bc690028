// Reads the first sheet of an XLSX, or a CSV, as rows of text. Only what a list of pupils needs: no formats, no formulas.

/** What cannot be read, by a word that the page says in the language in use. */
export class UnreadableSheet extends Error {
  override readonly name = "UnreadableSheet";
}

/** More than a list of pupils can need, against files that unpack without end. */
const MOST_UNPACKED = 32 << 20;
const MOST_ROWS = 5_000;

export async function readSheet(file: File): Promise<string[][]> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const zipped = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (/\.xls$/i.test(file.name) && !zipped) throw new UnreadableSheet("old_excel");
  const rows = zipped ? await readXlsx(bytes) : readCsv(decode(bytes));
  return rows.slice(0, MOST_ROWS);
}

/** UTF-8, or what Excel in Chinese writes. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const body = text.replace(/^\uFEFF/, "");
  const [first = ""] = body.split("\n", 1);
  const comma = [",", "\t", ";"].toSorted((a, b) => first.split(b).length - first.split(a).length)[0] ?? ",";
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < body.length; at += 1) {
    const sign = body[at] ?? "";
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (body[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === comma) {
      row.push(cell);
      cell = "";
    } else if (sign === "\n") {
      rows.push([...row, cell]);
      row = [];
      cell = "";
    } else if (sign !== "\r") cell += sign;
  }
  if (cell !== "" || row.length > 0) rows.push([...row, cell]);
  return rows;
}

interface Entry {
  method: number;
  packed: number;
  offset: number;
}

/** The directory at the end of a zip. */
function directory(bytes: Uint8Array): Map<string, Entry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new UnreadableSheet("unreadable");
  const entries = new Map<string, Entry>();
  let at = view.getUint32(end + 16, true);
  for (let count = view.getUint16(end + 10, true); count > 0; count -= 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw new UnreadableSheet("unreadable");
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    entries.set(name, {
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

async function unpack(bytes: Uint8Array, entry: Entry): Promise<string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (entry.offset + 30 > bytes.length) throw new UnreadableSheet("unreadable");
  const from = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  const packed = bytes.slice(from, from + entry.packed);
  if (entry.method === 0) return new TextDecoder().decode(packed);
  if (entry.method !== 8) throw new UnreadableSheet("unreadable");
  const stream = new Response(packed).body;
  if (!stream) throw new UnreadableSheet("unreadable");
  const reader = stream.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > MOST_UNPACKED) {
      void reader.cancel();
      throw new UnreadableSheet("too_large");
    }
    text += decoder.decode(value, { stream: true });
  }
}

const children = (node: Element | Document, name: string) => [...node.getElementsByTagNameNS("*", name)];

/** Text with its runs, without the phonetic ones. */
function textOf(node: Element): string {
  return children(node, "t")
    .filter((part) => part.parentElement?.localName !== "rPh")
    .map((part) => part.textContent ?? "")
    .join("");
}

export async function readXlsx(bytes: Uint8Array): Promise<string[][]> {
  const entries = directory(bytes);
  const part = async (name: string) => {
    const entry = entries.get(name);
    if (!entry) return undefined;
    const parsed = new DOMParser().parseFromString(await unpack(bytes, entry), "application/xml");
    if (parsed.getElementsByTagName("parsererror").length > 0) throw new UnreadableSheet("unreadable");
    return parsed;
  };
  const sheet = await part(await firstSheet(part, entries));
  if (!sheet) throw new UnreadableSheet("unreadable");
  const shared = await part("xl/sharedStrings.xml");
  const words = shared ? children(shared, "si").map(textOf) : [];

  return children(sheet, "row").slice(0, MOST_ROWS).map((row) => {
    const cells: string[] = [];
    for (const cell of children(row, "c")) {
      const column = columnOf(cell.getAttribute("r")) ?? cells.length;
      if (column > 255) continue;
      while (cells.length < column) cells.push("");
      cells[column] = valueOf(cell, words);
    }
    return cells;
  });
}

/** Where the first sheet of the workbook lies. */
async function firstSheet(part: (name: string) => Promise<Document | undefined>, entries: Map<string, Entry>) {
  const [book, links] = await Promise.all([part("xl/workbook.xml"), part("xl/_rels/workbook.xml.rels")]);
  const [first] = book ? children(book, "sheet") : [];
  const id = first?.getAttributeNS("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "id") ?? first?.getAttribute("r:id");
  const target = links && children(links, "Relationship").find((link) => link.getAttribute("Id") === id)?.getAttribute("Target");
  if (target) return target.startsWith("/") ? target.slice(1) : `xl/${target}`;
  return [...entries.keys()].find((name) => /^xl\/worksheets\/[^/]+\.xml$/.test(name)) ?? "";
}

/** B7 stands in column 1. */
function columnOf(place: string | null): number | undefined {
  const letters = /^[A-Z]+/.exec(place ?? "")?.[0];
  if (!letters) return undefined;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function valueOf(cell: Element, words: string[]): string {
  const kind = cell.getAttribute("t");
  if (kind === "inlineStr") return textOf(cell);
  const raw = children(cell, "v")[0]?.textContent ?? "";
  if (kind === "s") return words[Number(raw)] ?? "";
  if (kind === "str" || kind === "b" || kind === "e") return raw;
  // A student number that Excel took for a number: 2.0260101E7.
  return /e/i.test(raw) && Number.isSafeInteger(Number(raw)) ? String(Number(raw)) : raw;
}
