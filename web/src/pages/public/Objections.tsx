import { useQuery } from "@tanstack/react-query";
import { Card, Tag } from "antd";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useHolder } from "@/pages/designations/words";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";

/** What the account objected to, with the answers; nothing where it never did. */
export default function Objections() {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const holder = useHolder();
  const { data, error, refetch } = useQuery(getQuery("/api/v1/objections"));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data || data.items.length === 0) return null;
  return (
    <Card style={{ marginTop: 16 }} title={<h2 style={{ fontSize: 17, margin: 0 }}>{t("published.mine")}</h2>}>
      <ul style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 14 }}>
        {data.items.map((one) => (
          <li key={one.id}>
            <strong>{holder(one)}</strong>{" "}
            <Muted>
              {named(one.scheme_name_zh, one.scheme_name_en)} {named(one.round_name_zh, one.round_name_en)} · <DateTime value={one.raised_on} style="date" />
            </Muted>
            <div style={{ whiteSpace: "pre-wrap" }}>{one.grounds}</div>
            {one.outcome ? (
              <div style={{ whiteSpace: "pre-wrap" }}>
                <Tag color={one.outcome === "upheld" ? "success" : "default"}>{t(one.outcome === "upheld" ? "objection.upheld" : "objection.dismissed")}</Tag>
                {one.answer}
              </div>
            ) : (
              <Tag color="processing">{t("published.unanswered")}</Tag>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
