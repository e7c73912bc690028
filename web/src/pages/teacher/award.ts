import type { Schemas } from "@/api/client";
import { useText } from "@/i18n/useText";

export const LEVELS = ["national", "provincial", "city", "county", "town", "school"];
export const AWARDS = ["first", "second", "third", "excellence"];
/** What the service takes as evidence. */
export const EVIDENCE = {
  accept: "image/*,.pdf,.ofd,.tif,.tiff,.heic,.heif",
  types: "PDF, OFD, JPEG, PNG, HEIC",
  maxBytes: 20 << 20,
};

/** Words of contests: levels, awards and places; what is not known here is shown as it is. */
export function useAwardWords() {
  const text = useText();
  const level = (word: string) => text(`teacher:result.level.${word}`, {}, word);
  const award = (one: Pick<Schemas["ResultView"], "award" | "place" | "places_listed">) =>
    one.award
      ? text(`teacher:result.award.${one.award}`, {}, one.award)
      : one.place
        ? text(one.places_listed ? "teacher:result.placeOf" : "teacher:result.place", { place: one.place, all: one.places_listed ?? "" })
        : "—";
  return { level, award };
}
