import type { Schemas } from "@/api/client";
import { useText } from "@/i18n/useText";
import { useOrganizationKind } from "@/pages/designations/words";
import { useProblemText } from "@/ui/problems";

export type Kind = Schemas["ListKind"];
type FieldError = Schemas["FieldError"];
type Change = Schemas["ListChange"];

/** The columns of each kind of list, in the order of its template. */
export const COLUMNS: Record<Kind, readonly string[]> = {
  organizations: ["name", "kind", "code", "name_en", "level", "nature"],
  designations: ["no", "holder", "professional", "post", "scheme", "number", "level", "valid_from", "valid_to", "source"],
  competitions: ["name", "series", "edition", "name_en", "stages", "valid_from", "valid_to", "source"],
  themes: ["month", "title_zh", "title_en", "kind", "programme", "year", "main_theme", "topic", "venues", "zh_certainty", "source"],
  members: ["organization", "role", "district"],
};

export const KINDS = Object.keys(COLUMNS) as Kind[];

/** The name of a column, and what is wrong with a cell, in words. */
export function useListWords() {
  const text = useText();
  const say = useProblemText();
  const kindOf = useOrganizationKind();
  const value = (list: Kind, field: string, word: string) => {
    if (list === "organizations" && field === "kind") return kindOf(word);
    if (field === "role" || field === "listed") return text(`lists:value.${word}`, {}, word);
    return word;
  };
  const column = (name: string) => text(`lists:column.${name}`, {}, name);
  return {
    column,
    /** What changes, or becomes of something new. */
    change: (list: Kind, { field, from, to }: Change) => `${column(field)} ${from ? value(list, field, from) : "—"} → ${value(list, field, to)}`,
    refusal: (error: FieldError) => {
      const row = /\brow (\d+)/.exec(error.message)?.[1] ?? "";
      const known = /must be (?:one|some) of (.+?)(?:, with|$)/.exec(error.message)?.[1] ?? "";
      return text(`lists:refusal.${error.code}`, { row, known }, "") || say.field(error);
    },
  };
}
