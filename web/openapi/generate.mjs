// Writes ../src/api/schema.d.ts from ../../openapi.json; with --check it only says whether the two agree.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../../openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);
const header = "// Generated from openapi.json by `npm run schema`. Do not edit.\n\n";

const raw = await readFile(source, "utf8");
const document = JSON.parse(raw);
// A schema that is referred to but missing would stop the generator: take it for text, and say so.
for (const [, name] of raw.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
  if (!(name in document.components.schemas)) {
    console.warn(`openapi.json refers to the schema ${name}, which it does not have; taken as a string`);
    document.components.schemas[name] = { type: "string" };
  }
}
const text = header + astToString(await openapiTS(document, { defaultNonNullable: false }));

if (process.argv.includes("--check")) {
  const present = await readFile(target, "utf8").catch(() => "");
  if (present !== text) {
    console.error("src/api/schema.d.ts differs from openapi.json. Run `npm run schema` and commit the file.");
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
