import { useText } from "@/i18n/useText";

/** 五年级1班. The staff has no grade. */
export function useClassName() {
  const text = useText();
  return (grade: number | null | undefined, name: string | null | undefined): string => {
    const year = grade === null || grade === undefined ? "" : text(`common:grade.${grade}`, {}, String(grade));
    if (!name) return year;
    const own = /^\d+$/.test(name) ? text("common:classNo", { no: name }) : name;
    return year === "" ? own : text("common:className", { grade: year, name: own });
  };
}

/** What an activity is; a word that is not known here is shown as it is. */
export function useKind() {
  const text = useText();
  return (kind: string): string => text(`common:activityKind.${kind}`, {}, kind);
}
