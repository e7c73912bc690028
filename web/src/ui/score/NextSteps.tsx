import { useQuery } from "@tanstack/react-query";
import { Button, Flex, Skeleton, Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { DateTime } from "../DateTime";
import { Muted } from "../Muted";
import { Panel } from "../Panel";
import { ProblemAlert } from "../ProblemAlert";
import { useTitles } from "./titles";
import { type Line, useReasonWords } from "./words";

const LIST = { listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12 } as const;
const FIRST = 6;

/** What each session on offer would bring this student, and the shortest way to what is asked. */
export default function NextSteps({ person, lines, policy }: { person: string; lines: readonly Line[]; policy: string }) {
  const { t } = useTranslation("laboratory");
  const { t: common } = useTranslation();
  const { lang } = useLanguage();
  const [all, setAll] = useState(false);
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/persons/{id}/next", { params: { path: { id: person }, query: { policy, lang } } }),
    staleTime: 60_000,
  });
  const offers = data?.offers ?? [];
  // What takes the room of an offer may itself be only planned.
  const planned = (data?.planned ?? []).map((one) => ({ ...one, record_id: one.participation_id }));
  const words = useReasonWords([...lines, ...planned]);
  const shown = all ? offers : offers.slice(0, FIRST);
  return (
    <Panel style={{ marginBottom: 20 }}>
      <h2 style={{ margin: "0 0 4px", fontSize: 17 }}>
        {t("next.title")} {data?.illustrative && <Tag color="warning">{common("score.illustrative")}</Tag>}
      </h2>
      <Muted block style={{ margin: "0 0 10px", fontSize: 14 }}>
        {t("next.lead")}
      </Muted>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <Skeleton active title={false} paragraph={{ rows: 4 }} />}
      {data && !data.eligible && <p>{t("next.notEligible")}</p>}
      {data && data.planned.length > 0 && <p style={{ margin: "0 0 10px" }}>{t("next.planned", { total: data.total_with_planned })}</p>}
      {data && data.eligible && offers.length === 0 && <Muted>{t("next.none")}</Muted>}
      {data && data.eligible && offers.length > 0 && (
        <div style={{ display: "grid", gap: 18, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 320px), 1fr))", alignItems: "start" }}>
          {data.ways.map((way) => (
            <Way key={`${way.requirement} ${way.ladder}`} way={way} next={data} />
          ))}
          <section>
            <h3 style={{ margin: "0 0 8px", fontSize: 15 }}>{t("next.offers")}</h3>
            <ul style={LIST}>
              {shown.map((offer) => (
                <li key={offer.session_id}>
                  <Session offer={offer} />
                  {offer.status !== "counted" && (
                    <Muted block style={{ margin: 0, fontSize: 13.5 }}>
                      {offer.reasons.slice(-1).map(words)}
                    </Muted>
                  )}
                </li>
              ))}
            </ul>
            {!all && offers.length > FIRST && (
              <Button type="link" style={{ paddingInline: 0 }} onClick={() => setAll(true)}>
                {t("next.all", { count: offers.length })}
              </Button>
            )}
            {data.more_offers && <Muted block>{t("next.more")}</Muted>}
          </section>
        </div>
      )}
    </Panel>
  );
}

function Way({ way, next }: { way: Schemas["WayView"]; next: Schemas["NextSteps"] }) {
  const { t } = useTranslation("laboratory");
  const titles = useTitles(next.titles);
  const goal = way.ladder && way.level ? titles.level(way.ladder, way.level) : titles.requirement(way.requirement ?? "");
  const count = way.sessions.length;
  const offers = way.sessions.flatMap((id) => next.offers.find((one) => one.session_id === id) ?? []);
  const words = way.reached
    ? t(way.proven ? "next.wayProven" : "next.wayShort", { count, least: way.least })
    : t(way.proven ? "next.wayNone" : "next.wayUnknown", { least: way.least });
  return (
    <section>
      <h3 style={{ margin: "0 0 4px", fontSize: 15 }}>{t("next.way", { goal })}</h3>
      <p style={{ margin: "0 0 8px" }}>{words}</p>
      <ol style={{ ...LIST, listStyle: "decimal", paddingInlineStart: 22 }}>
        {offers.map((offer) => (
          <li key={offer.session_id}>
            <Session offer={offer} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Session({ offer }: { offer: Schemas["OfferView"] }) {
  const { t } = useTranslation("laboratory");
  const named = useNamed();
  const nothing = offer.gain === "0" || offer.gain.startsWith("-");
  return (
    <>
      <Flex justify="space-between" gap={8} align="start">
        <span>{named(offer.title_zh, offer.title_en)}</span>
        <span style={{ whiteSpace: "nowrap" }}>
          <strong>{nothing ? t("next.noGain") : t("next.gain", { gain: offer.gain })}</strong>
          {!nothing && offer.raw !== offer.gain && <Muted style={{ fontSize: 13 }}> {t("next.full", { raw: offer.raw })}</Muted>}
        </span>
      </Flex>
      <Muted block style={{ margin: 0, fontSize: 14 }}>
        <DateTime value={offer.starts_at} style="weekday" /> <DateTime value={offer.starts_at} style="time" /> ·{" "}
        {named(offer.host_name_zh, offer.host_name_en)}
        {offer.elsewhere_zh && t("next.elsewhere", { district: named(offer.elsewhere_zh, offer.elsewhere_en ?? "") })} {offer.flagged && <Tag color="warning">{t("next.flagged")}</Tag>}
      </Muted>
    </>
  );
}
