import { useText } from "@/i18n/useText";
import type { Schemas } from "@/api/client";

export const CONTEST_LEVELS = ["international", "national", "provincial", "city", "county", "town", "school"] as const;

/** Levels, awards and places of results in words. */
export function useResultWords() {
  const text = useText();
  const level = (word: string) => text(`district:contestLevel.${word}`, {}, word);
  const award = (row: Pick<Schemas["ResultView"], "award" | "place" | "places_listed">) => {
    const parts = [];
    if (row.award) parts.push(text(`district:award.${row.award}`, {}, row.award));
    if (row.place) {
      parts.push(
        row.places_listed
          ? text("district:result.placeOf", { place: row.place, listed: row.places_listed })
          : text("district:result.place", { place: row.place }),
      );
    }
    return parts.join(" · ");
  };
  return { level, award };
}
