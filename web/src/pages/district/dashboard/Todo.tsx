import { useQuery } from "@tanstack/react-query";
import { Card, Flex } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { getQuery } from "@/api/query";

/** Lists say no totals: a hundred and more is enough to know. */
const MOST = 100;

/** What waits for the official. Nothing when nothing does. */
export function Todo() {
  const { t } = useTranslation("district");
  const results = useQuery(getQuery("/api/v1/results", { params: { query: { state: "submitted", limit: MOST } } }));
  const flags = useQuery(getQuery("/api/v1/soft-flags", { params: { query: { limit: MOST } } }));
  const adoptions = useQuery(getQuery("/api/v1/adoptions", { params: { query: { limit: 20 } } }));
  const size = (answer: typeof results.data | typeof flags.data) =>
    answer ? { count: answer.items.length, shown: `${answer.items.length}${answer.next_cursor ? "+" : ""}` } : { count: 0, shown: "" };
  const computed = adoptions.data?.items.filter((one) => one.state === "computed") ?? [];
  const items = [
    ...(size(results.data).count > 0
      ? [{ to: "/district/results?state=submitted", words: t("todo.results", size(results.data)) }]
      : []),
    ...(size(flags.data).count > 0 ? [{ to: "/district/flags", words: t("todo.flags", size(flags.data)) }] : []),
    ...computed.map((one) => ({
      to: `/district/policies/adoptions/${one.id}`,
      words: t("todo.adoption", { policy: `${one.policy_id} ${one.policy_version}` }),
    })),
  ];
  if (items.length === 0) return null;
  return (
    <Card size="small" style={{ marginBottom: 16 }} className="kepu-no-print">
      <Flex gap="4px 20px" wrap align="baseline">
        <h2 style={{ fontSize: 15, margin: 0 }}>{t("todo.title")}</h2>
        <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "flex", gap: "4px 20px", flexWrap: "wrap" }}>
          {items.map((item) => (
            <li key={item.to}>
              <Link to={item.to}>{item.words}</Link>
            </li>
          ))}
        </ul>
      </Flex>
    </Card>
  );
}
