import { useQuery } from "@tanstack/react-query";
import { Card, Flex } from "antd";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useAwardWords } from "@/pages/teacher/award";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { StatusTag } from "@/ui/StatusTag";
import { ChildSwitch, useWhose } from "./whose";

/** What was won in contests, and where each stands. */
export function Component() {
  const { t } = useTranslation(["student", "teacher"]);
  const words = useAwardWords();
  const whose = useWhose();
  const id = whose.person?.id ?? "";
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/results", { params: { query: { person_id: id, limit: 200, sort: "-submitted" } } }),
    enabled: id !== "",
  });
  if (!whose.person) return <EmptyState title={t("nobody")} lead={t("nobodyLead")} />;
  return (
    <div style={{ maxWidth: 820 }}>
      <ChildSwitch whose={whose} />
      <PageTitle lead={t("results.lead")}>{t("results.title")}</PageTitle>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <PageSkeleton />}
      {data?.items.length === 0 && <EmptyState title={t("results.empty")} lead={t("results.emptyLead")} />}
      <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 10 }}>
        {data?.items.map((one) => (
          <li key={one.id}>
            <Card size="small">
              <Flex justify="space-between" gap={8} align="start">
                <strong style={{ fontWeight: 550 }}>{one.competition_name_zh}</strong>
                <StatusTag of="result" state={one.state} />
              </Flex>
              <div>
                {words.level(one.contest_level)} {words.award(one)}
                {one.work_title && ` · ${one.work_title}`}
              </div>
              <Muted block style={{ margin: 0, fontSize: 14 }}>
                <DateTime value={one.achieved_on} style="date" />
                {one.reason && ` · ${one.reason}`}
              </Muted>
            </Card>
          </li>
        ))}
      </ul>
    </div>
  );
}
