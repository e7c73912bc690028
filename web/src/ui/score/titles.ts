import type { Schemas } from "@/api/client";
import { useNamed } from "@/i18n/useText";

type Title = Schemas["PolicyTitle"] | undefined;

/** What the policy calls its ladders, levels and requirements; where it has no title, their short names. */
export function useTitles(titles: Schemas["PolicyTitles"] | undefined) {
  const named = useNamed();
  const say = (title: Title, id: string) => named(title?.title_zh, title?.title_en) || id;
  return {
    requirement: (id: string) => say(titles?.requirements[id], id),
    ladder: (id: string) => say(titles?.ladders[id], id),
    level: (ladder: string, id: string) => say(titles?.levels[ladder]?.[id], id),
  };
}
