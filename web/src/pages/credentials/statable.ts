import { useQueries } from "@tanstack/react-query";
import type { SelectProps } from "antd";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useEffectivePolicies } from "@/pages/district/pick";

type Kind = Schemas["AchievementKind"];

/** A choice as the value of an option. */
const value = (policy: string, kind: Kind, id = "") => [policy, kind, id].join("\n");

/** What certificates can state: credit, and the requirements and levels of the policies by which the district scores. */
export function useStatable() {
  const { t } = useTranslation("credentials");
  const named = useNamed();
  const policies = useEffectivePolicies();
  const rules = useQueries({
    queries: policies.map(({ policy_version_id }) => ({
      ...getQuery("/api/v1/policies/{id}", { params: { path: { id: policy_version_id } } }),
      staleTime: 60 * 60_000,
    })),
  });
  const known = rules.flatMap(({ data }) => (data ? [data] : []));
  const title = (one: { title_zh: string; title_en: string }) => named(one.title_zh, one.title_en);
  const groups = known.map((policy) => ({
    label: title(policy),
    options: [
      { value: value(policy.policy_id, "credits"), label: t("mine.allCredits") },
      ...policy.requirements.map((one) => ({ value: value(policy.policy_id, "requirement", one.id), label: t("mine.requirement", { title: title(one) }) })),
      ...policy.ladders.map((one) => ({ value: value(policy.policy_id, "level", one.id), label: t("mine.level", { title: title(one) }) })),
    ],
  }));
  const all = groups.flatMap((group) => group.options);
  // One list, or one under the title of each policy.
  const options: NonNullable<SelectProps<string>["options"]> = groups.length > 1 ? groups : all;
  return {
    pending: rules.some((one) => one.isPending),
    error: rules.find((one) => one.error)?.error,
    options,
    /** What the service is asked for. */
    wanted: (chosen = "") => {
      const [policy = "", kind = "credits", id = ""] = chosen.split("\n");
      return { ...(policy && { policy }), achievement: { kind: kind as Kind, ...(id && { id }) } };
    },
    /** A batch's own choice in words, as far as the policy of today has it. */
    said: (policy: string, kind: string, id: string | null | undefined) =>
      all.find((one) => one.value === value(policy, kind as Kind, id ?? ""))?.label,
  };
}
