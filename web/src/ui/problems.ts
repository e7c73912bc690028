import type { FormInstance } from "antd";
import { useCallback } from "react";
import { type FieldError, isProblem, type ProblemError } from "@/api/problem";
import { useText } from "@/i18n/useText";

/** `persons[3].minutes` as antd names it: `["persons", 3, "minutes"]`. */
export function fieldPath(field: string): (string | number)[] {
  return field
    .replaceAll("[", ".")
    .replaceAll("]", "")
    .split(".")
    .filter((part) => part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Areas whose own texts say what only they meet, so that it does not weigh on every first load. */
const AREAS = ["programmes", "resources", "agreements", "designations", "district", "school", "teacher", "appeals", "lists", "reports"];

/** Says problems in the language in use; what has no translation is said as the service said it. */
export function useProblemText() {
  const text = useText();
  const field = useCallback(
    (error: FieldError) => text(`common:problem.field.${error.code}`, {}, inAreas(text, `field.${error.code}`, error.message)),
    [text],
  );
  const whole = useCallback(
    (error: unknown): string => {
      if (!isProblem(error)) return error instanceof Error ? error.message : String(error);
      if (error.status === 0) return text("common:problem.network");
      if (error.status >= 500) return text("common:problem.server");
      return text(`common:problem.code.${error.code}`, {}, inAreas(text, `code.${error.code}`, error.detail));
    },
    [text],
  );
  return { field, whole };
}

const inAreas = (text: ReturnType<typeof useText>, key: string, fallback: string) =>
  AREAS.reduce((found, area) => text(`${area}:problem.${key}`, {}, found), fallback);

type AnyForm = Pick<FormInstance, "setFields" | "scrollToField" | "getFieldsValue">;

/**
 * Puts the errors of a problem beside their fields and says which ones have no field in the form (show those, and a
 * problem without field errors, in a `ProblemAlert`). `names` maps the API's field names to the form's, where they differ.
 */
export function applyProblemToForm(
  form: AnyForm,
  error: unknown,
  say: (error: FieldError) => string,
  names: Record<string, string | (string | number)[]> = {},
): { placed: number; rest: FieldError[] } {
  if (!isProblem(error)) return { placed: 0, rest: [] };
  const known = form.getFieldsValue(true) as Record<string, unknown>;
  const fields = new Map<string, { name: (string | number)[]; errors: string[] }>();
  const rest: FieldError[] = [];
  for (const wrong of error.errors) {
    const mapped = names[wrong.field];
    const name = mapped === undefined ? fieldPath(wrong.field) : [mapped].flat();
    const first = name[0];
    if (first === undefined || !(first in known)) {
      rest.push(wrong);
      continue;
    }
    const key = JSON.stringify(name);
    const entry = fields.get(key) ?? { name, errors: [] };
    entry.errors.push(say(wrong));
    fields.set(key, entry);
  }
  const list = [...fields.values()];
  form.setFields(list);
  const top = list[0];
  if (top) form.scrollToField(top.name, { focus: true, block: "center" });
  return { placed: list.length, rest };
}

export type { ProblemError };
