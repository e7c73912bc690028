import { useTranslation } from "@/i18n";
import type { FieldError } from "@/api/problem";
import { useText } from "@/i18n/useText";
import { useProblemText } from "@/ui/problems";

/** 五年级1班, or the staff. */
export function useClassName() {
  const { t } = useTranslation("school");
  const text = useText();
  return (grade: number | null | undefined, name: string | null | undefined): string => {
    if (!name) return grade === null || grade === undefined ? "" : text(`common:grade.${grade}`, {}, String(grade));
    if (grade === null || grade === undefined) return name;
    return t("className", { grade: text(`common:grade.${grade}`, {}, String(grade)), name: /^\d+$/.test(name) ? t("classNo", { no: name }) : name });
  };
}

/** 2025–2026 学年 for the year in which it starts. */
export function useSchoolYear() {
  const { t } = useTranslation("school");
  return (year: number) => t("schoolYear", { from: year, to: year + 1 });
}

/** What is wrong with a cell of a roster, and how to write it. */
export function useRefusal() {
  const text = useText();
  const say = useProblemText();
  return (error: FieldError) => {
    const own = text(`school:refusal.${error.code}`, { row: /\brow (\d+)/.exec(error.message)?.[1] ?? "" }, "");
    return own || say.field(error);
  };
}

/** The name of a column of a roster. */
export function useColumnName() {
  const text = useText();
  return (column: string) => text(`school:column.${column}`, {}, column);
}

/** The value of a cell in words, where the roster has a word for it. */
export function useCellValue() {
  const text = useText();
  return (field: string, value: string | null | undefined) => {
    if (value === null || value === undefined || value === "") return "—";
    if (field === "sex" || field === "kind") return text(`school:${field}.${value}`, {}, value);
    if (field === "status") return text(`common:status.person.${value}`, {}, value);
    if (field === "grade") return text(`common:grade.${value}`, {}, value);
    return value;
  };
}

/** The school year of a day (2026-08-31 → 2025), which begins in September. */
export function schoolYearOf(day: string): number {
  const year = Number(day.slice(0, 4));
  return day.slice(5, 7) >= "09" ? year : year - 1;
}
