import { Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { useKind } from "@/ui/names";
import { today } from "@/ui/time";
import type { Session } from "./draft";

export function isToCome(session: Pick<Session, "starts_at">): boolean {
  return new Date(session.starts_at).getTime() > Date.now();
}

function opensLater({ opens_at }: Pick<Session, "opens_at">): boolean {
  return Boolean(opens_at) && new Date(opens_at ?? 0).getTime() > Date.now();
}

/** What a session is, when and where, in two lines. */
export function SessionWords({ session, children }: { session: Session; children?: ReactNode }) {
  const { t } = useTranslation("teacher");
  const named = useNamed();
  const kind = useKind();
  return (
    <span style={{ display: "grid", gap: 2, minWidth: 0 }}>
      <span>
        <strong>{named(session.activity_title_zh, session.activity_title_en)}</strong>{" "}
        <Tag style={{ marginInlineStart: 6 }}>{kind(session.kind)}</Tag>
        {isToCome(session) && <Tag color="processing">{t("record.toCome")}</Tag>}
        {opensLater(session) && (
          <Tag color="warning">
            {t("record.opensAt")} <DateTime value={session.opens_at} style="datetime" />
          </Tag>
        )}
        {session.status === "cancelled" && <Tag color="error">{t("record.cancelled")}</Tag>}
      </span>
      <Muted>
        <DateTime value={session.starts_at} style={session.starts_at.slice(0, 4) === today().slice(0, 4) ? "weekday" : "date"} /> <DateTime value={session.starts_at} style="time" /> ·{" "}
        {named(session.host_name_zh, session.host_name_en)} · {t("record.minutes", { count: session.minutes })}
      </Muted>
      {children}
    </span>
  );
}
