import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useAddress } from "../useAddress";
import { usePolicy } from "./policy";

export interface PeriodOption {
  /** First and last day, `2025-09-01~2026-01-31`. */
  value: string;
  label: string;
  from: string;
  to: string;
  /** A term; nothing for a school year. */
  term?: string;
}

/** School years and terms by the calendar of the policy that is meant, the newest first; each year before its terms. */
export function usePeriods(): PeriodOption[] {
  const { t } = useTranslation("district");
  const named = useNamed();
  const [{ as_of }] = useAddress("as_of");
  const { meant } = usePolicy({ as_of });
  if (!meant) return [];
  const span = (from: string, to: string) => ({ value: `${from}~${to}`, from, to });
  const years = meant.school_years.map((one) => ({
    ...span(one.from, one.to),
    label: t("period.year", { from: one.year, to: one.year + 1 }),
  }));
  const terms = meant.terms.map((one) => {
    const title = named(one.title_zh, one.title_en);
    const year = one.school_year;
    const label = year === null || year === undefined ? title : t("period.term", { from: year, to: year + 1, title });
    return { ...span(one.from, one.to), label, term: one.id };
  });
  // By their last day, a year before the terms that end with it; of terms with the same days as a year, the year.
  const all = [...years, ...terms.filter((term) => years.every((year) => year.value !== term.value))];
  return all.toSorted((a, b) => b.to.localeCompare(a.to) || a.from.localeCompare(b.from));
}
