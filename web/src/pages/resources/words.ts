import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";

export type Resource = Schemas["ResourceView"];
export type Booking = Schemas["BookingView"];

export const KINDS = ["course", "equipment", "game", "game_material", "lesson_material", "speaker"] as const;
export const LICENCES = ["cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "by-permission", "other"] as const;
export const REACHES = ["everywhere", "districts", "at_owner"] as const;
export const STATES = ["requested", "approved", "delivered", "returned", "refused", "cancelled"] as const;
export const CONDITIONS = ["good", "worn", "damaged", "lost"] as const;

/** Texts have no dots in their keys, licences have. */
export const licenceKey = (licence: Resource["licence"]) => licence.replaceAll(".", "_");

/** The mean of ratings in words: 4.5 of 5, by how many. Tenths are whole numbers; the dot is put by hand. */
export function useRating() {
  const { t } = useTranslation("resources");
  return (row: Pick<Resource, "rating_tenths" | "rating_count">): string => {
    const tenths = row.rating_tenths;
    if (tenths === null || tenths === undefined) return t("rating.none");
    const mean = `${Math.trunc(tenths / 10)}.${tenths % 10}`;
    return t("rating.mean", { mean, count: row.rating_count });
  };
}

/** How much of it there is. */
export function useStock() {
  const { t } = useTranslation("resources");
  return (row: Resource): string => (row.item_count === 0 ? t("stock.files") : t("stock.items", { count: row.item_count }));
}
