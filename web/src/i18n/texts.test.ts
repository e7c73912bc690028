import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { menu, routes } from "@/app/areas";

const files = import.meta.glob<{ default: object }>("./{zh-CN,en}/*.ts", { eager: true });

/** Every key with its text; the plural forms of a language count as one key. */
function flat(value: object, prefix = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix + key;
    if (typeof inner === "string") all.set(path.replace(/_(zero|one|two|few|many|other)$/, "_plural"), inner);
    else for (const [deep, text] of flat(inner as object, `${path}.`)) all.set(deep, text);
  }
  return all;
}

const texts = (language: string, area: string) => flat(files[`./${language}/${area}.ts`]?.default ?? {});
const areas = Object.keys(files)
  .filter((path) => path.startsWith("./zh-CN/"))
  .map((path) => path.slice("./zh-CN/".length, -".ts".length));

describe.each(areas)("texts of %s", (area) => {
  const zh = texts("zh-CN", area);
  const en = texts("en", area);

  it("has the same keys in both languages", () => {
    expect([...en.keys()].toSorted()).toEqual([...zh.keys()].toSorted());
  });

  it("has no empty text, and the same places for values", () => {
    const places = (text: string) => new Set(text.match(/\{\{[^}]+\}\}/g));
    for (const [key, text] of zh) {
      expect(text.trim(), key).not.toBe("");
      expect(en.get(key)?.trim(), key).not.toBe("");
      expect(places(en.get(key) ?? ""), key).toEqual(places(text));
    }
  });
});

it("knows the titles of all routes and the labels of the menu", () => {
  const keys = [
    ...menu.map((entry) => entry.label),
    ...routes.flatMap(({ handle }) => [handle.title, ...(handle.crumbs ?? []).map((crumb) => crumb.title)]),
  ];
  for (const key of keys) {
    const [area = "", name = ""] = key.split(":");
    expect(texts("zh-CN", area).has(name), key).toBe(true);
  }
});

it("keeps Chinese words in i18n alone", () => {
  const source = join(import.meta.dirname, "..");
  const offenders = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(source, "i18n")) && !path.endsWith("schema.d.ts"))
    .flatMap((path) =>
      readFileSync(path, "utf8")
        .split("\n")
        .map((line, index) => ({ line, place: `${relative(source, path)}:${index + 1}` }))
        // Comments may quote the words of the trade.
        .filter(({ line }) => /\p{Script=Han}/u.test(line.replace(/\/\/.*$/, "").replace(/^\s*\*.*$|\/\*.*?\*\//g, "")))
        .map(({ place }) => place),
    );
  expect(offenders).toEqual([]);
});
