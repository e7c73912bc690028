import type { Schemas } from "@/api/client";

export type Authority = Schemas["AuthorityView"];
export type Level = Authority["level"];

/** What may lie directly beneath an authority of a level; "" is the top. */
export const BENEATH: Record<string, readonly string[]> = {
  "": ["country", "province", "city", "district"],
  country: ["province", "city"],
  province: ["city", "district"],
  city: ["district"],
  district: [],
};

export interface Node {
  authority: Authority;
  children: Node[];
}

/** Authorities as they lie beneath each other, in the order of their codes; what lies beneath nothing known stands at the top. */
export function treeOf(all: readonly Authority[]): Node[] {
  const nodes = new Map(all.map((authority) => [authority.id, { authority, children: [] } as Node]));
  const top: Node[] = [];
  for (const node of nodes.values()) (nodes.get(node.authority.parent_id ?? "")?.children ?? top).push(node);
  return top;
}
