import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Segmented } from "antd";
import { useEffect } from "react";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import { rosterQuery, useOwnSchool } from "../school";
import { ByClass } from "./ByClass";
import { ByPaste } from "./ByPaste";
import { BySheet } from "./BySheet";
import type { Draft, Session, Way } from "./draft";
import { SessionWords } from "./SessionCard";
import { StickyBar } from "../StickyBar";
import { usePeople } from "./usePeople";

interface Props {
  draft: Draft;
  session: Session;
  change: (next: Partial<Draft>) => void;
  onNext: () => void;
  onSession: () => void;
}

const WAYS: Way[] = ["class", "paste", "sheet"];

/** The second step: ticked in their classes, pasted, or in a sheet; all three count together. */
export function WhoStep({ draft, session, change, onNext, onSession }: Props) {
  const { t } = useTranslation("teacher");
  const school = useOwnSchool();
  const { rows } = usePeople(draft, session);
  const count = rows.filter((row) => row.sends).length;
  const wrong = rows.filter((row) => !row.sends && row.trouble !== "twice").length;
  // Asked for while somebody types, so that names are found at once.
  useQuery({ ...rosterQuery(school.id), enabled: draft.way !== "class" && school.id !== "" });

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && count > 0) onNext();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [count, onNext]);

  return (
    <>
      <Card size="small" style={{ marginBottom: 16 }}>
        <Flex gap={12} wrap align="center" justify="space-between">
          <SessionWords session={session} />
          <Button size="small" onClick={onSession}>
            {t("record.otherSession")}
          </Button>
        </Flex>
      </Card>
      <Segmented
        aria-label={t("record.way.label")}
        value={draft.way}
        onChange={(way) => change({ way: way as Way })}
        style={{ marginBottom: 16 }}
        options={WAYS.map((way) => ({ value: way, label: t(`record.way.${way}`) }))}
      />
      {draft.way === "class" && <ByClass draft={draft} session={session} change={change} />}
      {draft.way === "paste" && <ByPaste draft={draft} session={session} change={change} />}
      {draft.way === "sheet" && <BySheet draft={draft} session={session} change={change} />}
      <StickyBar>
        <span role="status">
          <strong>{t("record.chosen", { count })}</strong>
          {wrong > 0 && <Muted style={{ marginInlineStart: 12 }}>{t("record.wrong", { count: wrong })}</Muted>}
        </span>
        <Button type="primary" size="large" disabled={count === 0} aria-keyshortcuts="Control+Enter" onClick={onNext}>
          {t("record.next")}
        </Button>
      </StickyBar>
    </>
  );
}
