import { Flex, Tag } from "antd";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import type { Filter } from "@/ui/TableFilters";
import { useAddress } from "@/ui/useAddress";
import { categoryName } from "./Credits";

/** What a figure asks of a list beside its filters, so that it holds just those that were counted. */
const PERSONS = ["enrolled", "requirement", "sex", "attribute", "value"] as const;
const RECORDS = ["category", "rule", "edition", "theme", "flagged"] as const;
type OfPersons = "took" | "earned" | (typeof PERSONS)[number];
type OfRecords = (typeof RECORDS)[number];

const silent = <N extends string>(name: N): Filter<N> => ({ name, label: name, kind: "silent" });

/** Of the list of persons: whether they took part and earned can be chosen, the rest comes with a figure. */
export function usePersonFilters(): Filter<OfPersons>[] {
  const { t } = useTranslation("reports");
  const choice = <N extends "took" | "earned">(name: N): Filter<N> => ({
    name,
    label: t(`narrow.${name}`),
    kind: "select",
    options: (["true", "false"] as const).map((value) => ({ value, label: t(`narrow.${name}Is.${value}`) })),
    width: 130,
  });
  return [choice("took"), choice("earned"), ...PERSONS.map(silent)];
}

export const recordFilters: Filter<OfRecords>[] = RECORDS.map(silent);

type Given<N extends string> = Partial<Record<N, string | undefined>>;

/** The same as parameters of the service. */
export function personQuery({ took, earned, enrolled, requirement, sex, attribute, value }: Given<OfPersons>) {
  return {
    ...(took && { took: took === "true" }),
    ...(earned && { earned: earned === "true" }),
    ...(enrolled && { enrolled: enrolled as "within" | "last" | "now" }),
    ...(requirement && { requirement }),
    ...(sex && { sex: sex as "female" | "male" | "unknown" }),
    ...(attribute && { attribute, ...(value && { value }) }),
  };
}

/** The same of records. */
export function recordQuery({ category, rule, edition, theme, flagged }: Given<OfRecords>) {
  return {
    ...(category && { category }),
    ...(rule && { rule }),
    ...(edition && { edition }),
    ...(theme && { theme }),
    ...(flagged && { flagged: flagged === "true" }),
  };
}

/** What came with a figure, each to be taken away: else a list would be shorter than its filters say. */
export function Narrowed() {
  const { t } = useTranslation("reports");
  const text = useText();
  const [{ value, ...given }, set] = useAddress(...PERSONS, ...RECORDS);
  const said = {
    enrolled: (word: string) => text(`reports:narrow.enrolledIs.${word}`, {}, word),
    requirement: (word: string) => t("narrow.requirement", { id: word }),
    sex: (word: string) => text(`reports:narrow.sexIs.${word}`, {}, word),
    attribute: (word: string) => `${word}: ${value ?? t("narrow.sexIs.unknown")}`,
    category: (word: string) => categoryName({ category: word, title: word }, text, ""),
    rule: (word: string) => t("narrow.rule", { id: word }),
    edition: () => t("narrow.edition"),
    theme: (word: string) => t(word === "none" ? "narrow.noTheme" : "narrow.theme"),
    flagged: () => t("narrow.flagged"),
  };
  const names = (Object.keys(said) as (keyof typeof said)[]).filter((name) => given[name]);
  if (names.length === 0) return null;
  return (
    <Flex gap={8} wrap align="center" style={{ marginBottom: 12 }}>
      <Muted>{t("narrow.only")}</Muted>
      {names.map((name) => (
        <Tag
          key={name}
          closable
          closeIcon={<span aria-label={t("narrow.remove")}>×</span>}
          onClose={(event) => {
            event.preventDefault();
            set({ [name]: undefined, ...(name === "attribute" && { value: undefined }) }, ["cursor", "page"]);
          }}
        >
          {said[name](given[name] ?? "")}
        </Tag>
      ))}
    </Flex>
  );
}
