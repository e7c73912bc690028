import type { Schemas } from "@/api/client";

export type Planned = Schemas["NewAccount"];

/** Teachers from lines of "name, login"; a tab, a comma of either script or spaces may part the two. */
export function readTeachers(text: string, school: string): { plans: Planned[]; wrong: number[] } {
  const plans: Planned[] = [];
  const wrong: number[] = [];
  const seen = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const parts = line
      .trim()
      .split(/\t|,|\uFF0C|\s{2,}| (?=\S+$)/)
      .map((part) => part.trim())
      .filter((part) => part !== "");
    const [display_name, login] = parts;
    const folded = login?.toLowerCase() ?? "";
    if (!display_name || parts.length !== 2 || folded.length < 3 || seen.has(folded)) wrong.push(index + 1);
    else {
      seen.add(folded);
      plans.push({ display_name, login: folded, grants: [{ role: "teacher", organization_id: school }] });
    }
  }
  return { plans, wrong };
}
