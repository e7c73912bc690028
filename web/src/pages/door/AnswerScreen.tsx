import { useEffect, useEffectEvent, useLayoutEffect } from "react";
import { useTranslation } from "@/i18n";
import type { Answer } from "@/door/door";
import type { Tone } from "@/door/feedback";
import { useClassName } from "@/ui/names";
import { toneOf, useAnswerWord } from "./words";

/** What was scanned last; `decoded` is the moment when it was read, for the measure of how long the answer took. */
export interface Shown {
  key: string;
  answer: Answer;
  decoded: number;
  /** How many people it speaks of, where it is a class. */
  people?: number | undefined;
  /** Title of the session in which the pass is expected. */
  elsewhere?: string | undefined;
}

declare global {
  interface Window {
    /** What each answer was, and how long it took from reading to showing, in milliseconds: for the tests, and for a look on a slow phone. */
    kepuDoor?: { shown: { id: string; reason: string; ms: number }[] };
  }
}

/** Good news may go quickly; what went wrong must be read. */
const STAYS: Record<Tone, number> = { good: 1200, left: 1200, again: 1600, look: 2200, bad: 2200 };

/** The answer, on the whole screen: to be understood at arm's length in the sun, without its colour too. */
export function AnswerScreen({ shown, onClose }: { shown: Shown | undefined; onClose: () => void }) {
  const { t } = useTranslation("door");
  const word = useAnswerWord();
  const className = useClassName();
  const close = useEffectEvent(onClose);
  const tone = shown && toneOf(shown.answer);

  useLayoutEffect(() => {
    if (!shown) return;
    const { decoded, answer } = shown;
    requestAnimationFrame(() => {
      window.kepuDoor ??= { shown: [] };
      window.kepuDoor.shown.push({ id: answer.id, reason: answer.reason, ms: performance.now() - decoded });
      if (window.kepuDoor.shown.length > 1000) window.kepuDoor.shown.shift();
    });
  }, [shown]);
  useEffect(() => {
    if (!shown || !tone) return undefined;
    const timer = setTimeout(() => close(), STAYS[tone]);
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      // The answer alone: the list below it stays open.
      event.stopPropagation();
      close();
    };
    addEventListener("keydown", pressed, true);
    return () => {
      clearTimeout(timer);
      removeEventListener("keydown", pressed, true);
    };
  }, [shown, tone]);

  return (
    <div role="status" aria-live="assertive" aria-atomic="true">
      {shown && tone && (
        // A tap closes it, and so does the Escape key; it goes by itself as well.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
        <div key={shown.key} className={`kepu-door-answer kepu-door-${tone}`} data-tone={tone} data-reason={shown.answer.reason} onClick={onClose}>
          <Shape tone={tone} />
          <strong className="kepu-door-word">{word(shown.answer)}</strong>
          {shown.people !== undefined && <span className="kepu-door-name">{t("answer.people", { count: shown.people })}</span>}
          {shown.people === undefined && shown.answer.name !== undefined && (
            <span className="kepu-door-name">{shown.answer.name}</span>
          )}
          {shown.answer.className !== undefined && (
            <span className="kepu-door-more">{className(shown.answer.grade, shown.answer.className)}</span>
          )}
          {tone === "look" && <span className="kepu-door-more">{t("reason.review")}</span>}
          {shown.answer.flags.includes("walk_in") && (tone === "good" || tone === "left") && (
            <span className="kepu-door-more">{t("answer.walkIn")}</span>
          )}
          {shown.elsewhere !== undefined && <span className="kepu-door-more">{t("answer.elsewhere", { title: shown.elsewhere })}</span>}
        </div>
      )}
    </div>
  );
}

/** A circle with a tick, an arrow out of a square, a diamond with a turn, a triangle with a mark, an octagon with a cross. */
export function Shape({ tone, size }: { tone: Tone; size?: number }) {
  const line = { fill: "none", stroke: "currentColor", strokeWidth: 7, strokeLinecap: "round", strokeLinejoin: "round" } as const;
  return (
    <svg viewBox="0 0 100 100" className="kepu-door-shape" aria-hidden="true" {...(size && { width: size, height: size })}>
      {tone === "good" && (
        <g {...line}>
          <circle cx="50" cy="50" r="43" />
          <path d="M29 52 44 67 72 35" />
        </g>
      )}
      {tone === "left" && (
        <g {...line}>
          <path d="M58 12H14v76h44" />
          <path d="M40 50h50M72 32l18 18-18 18" />
        </g>
      )}
      {tone === "again" && (
        <g {...line}>
          <path d="M50 5 95 50 50 95 5 50Z" />
          <path d="M34 42h32M34 58h32" />
        </g>
      )}
      {tone === "look" && (
        <g {...line}>
          <path d="M50 8 95 88H5Z" />
          <path d="M50 38v22M50 74v1" />
        </g>
      )}
      {tone === "bad" && (
        <g {...line}>
          <path d="M32 6h36l26 26v36L68 94H32L6 68V32Z" />
          <path d="M34 34 66 66M66 34 34 66" />
        </g>
      )}
    </svg>
  );
}
