import type { Schemas } from "@/api/client";
import { useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useText } from "@/i18n/useText";
import { formatTime } from "@/ui/time";

export type Rules = Schemas["SchemeRules"];
export type Field = Rules["form"]["fields"][number];
export type AnswerKind = Field["answer"]["kind"];
export type Criterion = NonNullable<Rules["criteria"]>[number];
export type Scheme = Schemas["SchemeView"];
export type Round = Schemas["RoundView"];
export type Application = Schemas["ApplicationView"];
export type Summary = Schemas["ApplicationSummary"];
export type Next = Schemas["NextStep"];

/** In the order of a life. */
export const STATES = [
  "draft",
  "submitted",
  "returned",
  "under_review",
  "approved",
  "published",
  "awarded",
  "refused",
  "appealed",
  "dismissed",
  "withdrawn",
] as const;

export const ANSWER_KINDS = ["text", "long_text", "number", "date", "choice", "yes_no", "file"] as const;
export const TARGETS = ["check", "completion", "decision", "publication", "award", "answer"] as const;
export const STANDINGS = ["in_force", "upcoming", "suspended", "over"] as const;

/** Hundredths as a decimal: 8750 is 87.5. */
export function hundredths(value: number): string {
  const whole = Math.trunc(value / 100);
  const rest = value % 100;
  return rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(2, "0").replace(/0$/, "")}`;
}

/** Thousandths of a credit as a decimal, with its sign. */
export function thousandths(value: number): string {
  const size = Math.abs(value);
  const rest = String(size % 1000).padStart(3, "0").replace(/0+$/, "");
  return `${value < 0 ? "−" : "+"}${Math.trunc(size / 1000)}${rest === "" ? "" : `.${rest}`}`;
}

/** Whether the account runs what this authority runs; the service decides. */
export function useRuns() {
  const me = useMe();
  return (authority: string) =>
    me.grants.some(
      (grant) =>
        grant.role === "platform_admin" ||
        (grant.role === "district_official" && grant.district_id === authority) ||
        // Of a city or province above.
        (grant.role === "city_official" && grant.authority_id === authority),
    );
}

/** Whether the account sees what holders ask of this authority: those who run it, and who reads over their shoulders. */
export function useReads() {
  const me = useMe();
  const runs = useRuns();
  return (authority: string, district: string) =>
    runs(authority) ||
    me.grants.some(
      (grant) =>
        (grant.role === "auditor" && (grant.district_id === authority || grant.authority_id === authority || (!grant.district_id && !grant.authority_id))) ||
        // A city reads what its districts run.
        (grant.role === "city_official" && authority === district),
    );
}

export interface Applicant {
  id: string;
  name: string;
}

/** Organizations for which the account may apply. */
export function useApplicants(): Applicant[] {
  const me = useMe();
  const { lang } = useLanguage();
  const all = new Map<string, string>();
  for (const grant of me.grants)
    if ((grant.role === "school_admin" || grant.role === "base_admin") && grant.organization_id)
      all.set(grant.organization_id, (lang === "en" && grant.scope_name_en) || grant.scope_name_zh);
  return [...all].map(([id, name]) => ({ id, name }));
}

export function useDay() {
  const { language } = useLanguage();
  return (value: string) => formatTime(value, "date", language);
}

/** Who is to hold it: the organization, or its professional. */
export function useHolder() {
  const { t } = useTranslation("designations");
  return (row: { organization_name_zh: string; professional_name?: string | null }) =>
    row.professional_name
      ? t("professionalOf", { name: row.professional_name, organization: row.organization_name_zh })
      : row.organization_name_zh;
}

export function useOrganizationKind() {
  const text = useText();
  return (kind: string) => text(`public:kind.${kind}`, {}, kind);
}
