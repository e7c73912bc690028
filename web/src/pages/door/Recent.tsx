import { useTranslation } from "@/i18n";
import type { Row } from "@/door/door";
import { useLanguage } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { formatTime } from "@/ui/time";
import { Shape } from "./AnswerScreen";
import { useClassName } from "@/ui/names";
import { toneOf, useAnswerWord } from "./words";

const SHOWN = 30;

/** What was scanned last, with the service's word beside it once it is there. */
export function Recent({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation("door");
  const word = useAnswerWord();
  const className = useClassName();
  const { language } = useLanguage();
  return (
    <section aria-labelledby="door-recent">
      <h2 id="door-recent" style={{ fontSize: 17, margin: "0 0 4px" }}>
        {t("recent.title")}
      </h2>
      {rows.length === 0 && <EmptyState title={t("recent.none")} />}
      <ul className="kepu-door-rows">
        {rows.slice(0, SHOWN).map((row) => {
          const tone = toneOf(row);
          const sent = row.stuck ? "stuck" : row.state === "waiting" ? "waiting" : row.changed ? "changed" : "confirmed";
          return (
            <li key={row.id} data-scan={row.id} data-state={row.state} data-reason={row.reason}>
              <span className={`kepu-door-${tone}`} style={{ display: "inline-flex", borderRadius: 8 }}>
                <Shape tone={tone} size={26} />
              </span>
              <span className="kepu-door-who">
                <strong>{row.name ?? t("recent.unknown")}</strong>
                {row.className && <Muted> {className(row.grade, row.className)}</Muted>}
                <br />
                <span>{word(row)}</span>
              </span>
              <Muted style={{ textAlign: "end", whiteSpace: "nowrap" }}>
                <time className="kepu-numbers" dateTime={new Date(row.at).toISOString()}>
                  {formatTime(new Date(row.at).toISOString(), "time", language)}
                </time>
                <br />
                {t(`recent.${sent}`)}
              </Muted>
            </li>
          );
        })}
      </ul>
      {rows.length > SHOWN && <Muted block>{t("recent.more", { count: rows.length - SHOWN })}</Muted>}
    </section>
  );
}
