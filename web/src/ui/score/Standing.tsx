import { CheckCircleFilled, ExclamationCircleFilled } from "@ant-design/icons";
import { Alert, Flex, Tag, theme } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { useNamed } from "@/i18n/useText";
import { Bar } from "../Bar";
import { Muted } from "../Muted";
import { Panel } from "../Panel";
import type { Score } from "./words";

interface Missing {
  have: string;
  needed: string;
}

/** How far something has come that misses these parts, for the length of a bar. */
function share(missing: readonly object[]): number {
  const parts = (missing as Missing[]).map(({ have, needed }) => (Number(needed) > 0 ? Number(have) / Number(needed) : 0));
  return parts.length > 0 ? Math.min(0.99, ...parts) : 0;
}

/** Where a person stands: the total, what it is called, the requirements, and the way to the next level. */
export function Standing({ score }: { score: Score }) {
  const { t } = useTranslation();
  const named = useNamed();
  const { token } = theme.useToken();
  const outputs = [...new Set(Object.values(score.outputs as Record<string, unknown>).map(String))];
  const next = Object.entries(score.next as Record<string, { text: string; missing: object[] }>);

  return (
    <div style={{ display: "grid", gap: 14, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 280px), 1fr))", marginBottom: 20 }}>
      <Panel>
        <h2 style={{ fontSize: 15, margin: 0, fontWeight: 500 }}>{t("score.total")}</h2>
        <div className="kepu-numbers" style={{ fontSize: 44, fontWeight: 650, lineHeight: 1.2 }}>
          {score.total} <span style={{ fontSize: 17, fontWeight: 400 }}>{t("credit.unit")}</span>
        </div>
        <Flex gap={6} wrap style={{ margin: "4px 0 8px" }}>
          {outputs.map((word) => (
            <Tag key={word} color="success">
              {word}
            </Tag>
          ))}
        </Flex>
        {score.not_eligible && <Alert type="info" title={score.not_eligible.text} style={{ marginBottom: 8 }} />}
        <Muted style={{ fontSize: 13.5 }}>
          {t("score.by")} {named(score.policy.title_zh, score.policy.title_en)} {score.policy.version}
          {score.policy.illustrative && ` · ${t("score.illustrative")}`}
        </Muted>
      </Panel>
      {score.requirements.length > 0 && (
        <Panel>
          <h2 style={{ fontSize: 15, margin: "0 0 8px", fontWeight: 500 }}>{t("score.requirements")}</h2>
          <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12 }}>
            {score.requirements.map((one) => (
              <li key={one.id}>
                <Flex gap={8} align="start">
                  {one.met ? (
                    <CheckCircleFilled aria-hidden style={{ color: token.colorSuccess, marginTop: 4 }} />
                  ) : (
                    <ExclamationCircleFilled aria-hidden style={{ color: token.colorWarning, marginTop: 4 }} />
                  )}
                  <div style={{ flex: 1 }}>
                    <div style={{ marginBottom: 4 }}>
                      {one.title} <strong>{one.met ? t("score.met") : t("score.short")}</strong>
                    </div>
                    <Bar share={one.met ? 1 : share(one.missing)} label={one.text} />
                    {!one.met && (
                      <ul style={{ listStyle: "none", padding: 0, margin: "4px 0 0" }}>
                        {(one.missing as unknown as { measure: string; unit: string; have: string; needed: string; short: string }[]).map((part) => (
                          <li key={part.measure}>
                            <Muted style={{ fontSize: 14 }}>
                              {t(part.unit === "credits" ? "score.partCredits" : "score.part", part)}
                            </Muted>
                          </li>
                        ))}
                      </ul>
                    )}
                  </div>
                </Flex>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {next.length > 0 && (
        <Panel>
          <h2 style={{ fontSize: 15, margin: "0 0 8px", fontWeight: 500 }}>{t("score.next")}</h2>
          {next.map(([ladder, way]) => (
            <div key={ladder} style={{ marginBottom: 8 }}>
              <p style={{ margin: "0 0 6px" }}>{way.text}</p>
              <Bar share={share(way.missing)} label={way.text} good />
            </div>
          ))}
          <Link to="/calendar" className="kepu-no-print">
            {t("score.calendar")}
          </Link>
        </Panel>
      )}
    </div>
  );
}
