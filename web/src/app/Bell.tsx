import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";

/** How many reminders wait, and the way to them. */
export default function Bell() {
  const { t } = useTranslation();
  const { data } = useQuery({ ...getQuery("/api/v1/reminders/unread"), refetchInterval: 300_000 });
  const count = data?.unread ?? 0;
  return (
    <Link
      to="/reminders"
      aria-label={count > 0 ? t("areas.unread", { count }) : t("areas.reminders")}
      style={{ color: "inherit", position: "relative", padding: "4px 8px", fontSize: 16 }}
    >
      <svg aria-hidden viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" strokeWidth="1.8" style={{ verticalAlign: "middle" }}>
        <path d="M5 18h14l-1.6-2.4V11a5.4 5.4 0 0 0-10.8 0v4.6zM10 20.5a2.2 2.2 0 0 0 4 0M12 5.6V3.5" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      {count > 0 && (
        <span
          aria-hidden
          className="kepu-numbers"
          style={{
            position: "absolute",
            top: -4,
            insetInlineStart: 18,
            minWidth: 16,
            padding: "0 4px",
            borderRadius: 8,
            boxSizing: "border-box",
            textAlign: "center",
            whiteSpace: "nowrap",
            fontSize: 11,
            lineHeight: "16px",
            color: "#fff",
            background: "#b3261e",
          }}
        >
          {count > 99 ? "99+" : count}
        </span>
      )}
    </Link>
  );
}
