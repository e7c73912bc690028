import { BellOutlined } from "@ant-design/icons";
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
      <BellOutlined aria-hidden />
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
