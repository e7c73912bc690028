import { isProblem, ProblemError } from "@/api/problem";
import { useText } from "@/i18n/useText";

/** A problem of these pages in their own words, which are not part of every page's first load. */
export function useSaid() {
  const text = useText();
  const why = (code: string, otherwise = code) => text(`credentials:problem.${code}`, {}, otherwise);
  const said = (error: unknown) => {
    if (!isProblem(error)) return error;
    const { status, code, detail, instance, errors } = error;
    return new ProblemError({ status, code, instance, errors: [...errors], detail: why(code, detail) });
  };
  return { why, said };
}
