import { Button, Flex, theme } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { Bar } from "@/ui/Bar";
import { Credit } from "@/ui/Credit";
import { Muted } from "@/ui/Muted";
import { byNeed, meetsAll, type Requirement, requirementsOf, shareOf } from "./requirement";
import type { Summary } from "./school";
import "./teacher.css";

interface Props {
  scores: Summary[];
  /** Titles of the requirements by id. */
  titles: Record<string, string>;
}

/** A bar for each pupil towards the requirement, those who are short first. */
export function StudentBars({ scores, titles }: Props) {
  const { t } = useTranslation("teacher");
  const short = scores.filter((one) => meetsAll(one) === false).toSorted(byNeed);
  const met = scores.filter((one) => meetsAll(one) === true);
  const [all, setAll] = useState(short.length === 0);
  const shown = all ? [...short, ...met] : short;
  return (
    <>
      <ul className="kepu-bars">
        {shown.map((one) => (
          <OneBar key={one.person_id} score={one} titles={titles} />
        ))}
      </ul>
      {met.length > 0 && short.length > 0 && (
        <Button type="link" className="kepu-no-print" style={{ paddingInline: 0, marginTop: 8 }} onClick={() => setAll(!all)}>
          {all ? t("bars.onlyShort") : t("bars.andMet", { count: met.length })}
        </Button>
      )}
    </>
  );
}

function OneBar({ score, titles }: { score: Summary; titles: Record<string, string> }) {
  const { t } = useTranslation("teacher");
  const { token } = theme.useToken();
  const worst = requirementsOf(score).toSorted((a, b) => shareOf(a) - shareOf(b))[0];
  const words = worst && !worst.met ? missingWords(worst) : t("bars.met");
  function missingWords(requirement: Requirement) {
    const [part] = requirement.missing;
    const short = requirement.shortfall ?? part?.short ?? "";
    return part?.unit === "credits" || !part
      ? t("bars.short", { short })
      : t("bars.shortOf", { short, what: titles[requirement.id] ?? "" });
  }
  return (
    <li>
      <Flex justify="space-between" gap={8} style={{ marginBottom: 3 }}>
        <Link to={`/persons/${score.person_id}`}>{score.name}</Link>
        <span style={{ fontSize: 14 }}>
          <span style={{ color: worst && !worst.met ? token.colorWarning : token.colorSuccess }}>{words}</span>{" "}
          <Muted>
            · <Credit value={score.total} unit />
          </Muted>
        </span>
      </Flex>
      <Bar
        share={worst ? shareOf(worst) : 1}
        label={`${score.name}: ${worst && !worst.met ? `${titles[worst.id] ?? ""} ` : ""}${words}`}
      />
    </li>
  );
}
