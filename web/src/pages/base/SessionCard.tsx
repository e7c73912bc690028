import { Tag } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { useLanguage, useNamed } from "@/i18n/useText";
import { formatTime } from "@/ui/time";
import { headsOf, type ListedSession } from "./sessionsIn";

/** One session in a day: when, what, how many, and what waits. */
export function SessionCard({ session, small = false }: { session: ListedSession; small?: boolean }) {
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const named = useNamed();
  const { language } = useLanguage();
  const heads = headsOf(session);
  const off = session.status === "cancelled";
  const title = named(session.activity_title_zh, session.activity_title_en);
  return (
    <Link
      to={`/sessions/${session.id}`}
      className="kepu-session"
      data-status={session.status}
      data-waiting={(heads?.waiting ?? 0) > 0 || undefined}
      title={small ? title : undefined}
    >
      <span className="kepu-numbers">{formatTime(session.starts_at, "time", language)}</span>{" "}
      <strong style={off ? { textDecoration: "line-through" } : {}}>{title}</strong>
      {!small && (
        <span style={{ display: "block", marginTop: 4 }}>
          {session.place && <span>{session.place} · </span>}
          {heads && (
            <span className="kepu-numbers">
              {session.capacity
                ? t("session.ofCapacity", { coming: heads.coming, capacity: session.capacity })
                : t("people", { count: heads.coming })}{" "}
            </span>
          )}
          {off && <Tag color="error">{common("status.session.cancelled")}</Tag>}
          {heads !== undefined && heads.waiting > 0 && (
            <strong style={{ whiteSpace: "nowrap", color: "var(--ant-color-warning)" }}>{t("calendar.waiting", { count: heads.waiting })}</strong>
          )}
        </span>
      )}
    </Link>
  );
}
