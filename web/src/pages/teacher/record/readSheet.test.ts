// @vitest-environment jsdom
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readCsv, readSheet, readXlsx } from "./readSheet";

/** A zip of these files, without what readers do not look at. */
function zip(files: Record<string, string>): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(Buffer.from(text));
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), packed);
    entries.push(entry, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...parts, ...entries, end]));
}

const BOOK = {
  "xl/workbook.xml": `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" r:id="rId2"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId2" Target="worksheets/sheet7.xml"/></Relationships>`,
  "xl/sharedStrings.xml": `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>学号</t></si><si><r><t>王</t></r><r><t>小明</t></r><rPh><t>wang</t></rPh></si></sst>`,
  "xl/worksheets/sheet7.xml": `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>姓名</t></is></c></row><row r="2"><c r="A2"><v>2.0260101E7</v></c><c r="C2" t="s"><v>1</v></c></row></sheetData></worksheet>`,
};

describe("a workbook", () => {
  it("is read by its first sheet, with gaps, shared and inline words and large numbers", async () => {
    expect(await readXlsx(zip(BOOK))).toEqual([
      ["学号", "", "姓名"],
      ["20260101", "", "王小明"],
    ]);
  });
  it("that is none is refused", async () => {
    await expect(readXlsx(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]))).rejects.toThrow("unreadable");
  });
});

describe("a CSV", () => {
  it("has quotes, line ends of Windows, and tabs or semicolons", () => {
    expect(readCsv('\uFEFF学号,姓名\r\n1,"王, ""小"" 明"\r\n')).toEqual([
      ["学号", "姓名"],
      ["1", '王, "小" 明'],
    ]);
    expect(readCsv("a\tb\n1\t2")).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
  });
  it("is read in the encoding of Excel in Chinese too", async () => {
    const bytes = new Uint8Array([0xd1, 0xa7, 0xba, 0xc5, 0x0a, 0x31, 0x0a]);
    const file = { name: "a.csv", arrayBuffer: async () => bytes.buffer } as unknown as File;
    expect(await readSheet(file)).toEqual([["学号"], ["1"]]);
  });
});
