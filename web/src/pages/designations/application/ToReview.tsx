import { Card, Flex, Tag } from "antd";
import { Link } from "react-router";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useApplications } from "../useAll";
import { useHolder } from "../words";

/** What the account was named to review: what waits first, what is done after it, what it is tied to last. */
export function Component() {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const holder = useHolder();
  const { data, error, isPending, refetch } = useApplications({ to_review: true });
  if (isPending) return <PageSkeleton rows={6} />;
  const order = (row: { tie?: string | null; reviewed: boolean }) => (row.tie ? 2 : row.reviewed ? 1 : 0);
  const rows = (data ?? []).toSorted((a, b) => order(a) - order(b));
  const waiting = rows.filter((row) => order(row) === 0).length;
  return (
    <>
      <PageTitle lead={data ? t("toReview.lead", { count: waiting }) : undefined}>{t("toReview.title")}</PageTitle>
      <ProblemAlert error={error} retry={refetch} />
      {data && rows.length === 0 && <EmptyState title={t("toReview.none")} lead={t("toReview.noneLead")} />}
      <ul aria-label={t("toReview.title")} style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 12 }}>
        {rows.map((row) => (
          <li key={row.id}>
            <Card size="small">
              <Flex gap={12} wrap align="center" justify="space-between">
                <div>
                  <Link to={`/applications/${row.id}`}>
                    <strong>{holder(row)}</strong>
                  </Link>
                  <Muted block>
                    {named(row.scheme_name_zh, row.scheme_name_en)} {named(row.round_name_zh, row.round_name_en)}
                  </Muted>
                </div>
                <Flex gap={8} wrap align="center">
                  {row.next && (
                    <Muted>
                      {t("due")} <DateTime value={row.next.due} style="date" />
                    </Muted>
                  )}
                  {row.tie && <Tag>{t("toReview.tied")}</Tag>}
                  {!row.tie && <Tag color={row.reviewed ? "success" : "warning"}>{t(row.reviewed ? "toReview.done" : "toReview.waits")}</Tag>}
                </Flex>
              </Flex>
            </Card>
          </li>
        ))}
      </ul>
    </>
  );
}
