import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Progress, Tag } from "antd";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useSchools } from "@/pages/district/pick";
import { schoolYearOf, useClassName } from "@/pages/school/words";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { useSaveFile } from "@/ui/saveFile";
import { today } from "@/ui/time";
import { useStatable } from "./statable";
import { useSaid } from "./useSaid";

interface Left {
  code: string;
  characters?: string;
}

/** The classes of a school in this school year. */
export function useClasses(school: string) {
  return useQuery({
    ...getQuery("/api/v1/classes", { params: { query: { school, school_year: schoolYearOf(today()), limit: 500 } } }),
    enabled: school !== "",
  });
}

/** Papers of a class or school: what they are, how far, who got none, and the file. */
export function PaperBatch({ batch }: { batch: Schemas["BatchView"] }) {
  const { t } = useTranslation("credentials");
  const { why: say } = useSaid();
  const className = useClassName();
  const schools = useSchools();
  const classes = useClasses(batch.class_id ? batch.school_id : "");
  const statable = useStatable();
  const file = useSaveFile();
  const its = classes.data?.items.find((one) => one.id === batch.class_id);
  const group = batch.class_id ? (its ? className(its.grade, its.name) : t("papers.oneClass")) : t("papers.wholeSchool");
  const what = batch.kind === "certificate" ? statable.said(batch.policy_id, batch.achievement, batch.achievement_id) : undefined;
  const left = batch.left_out as unknown as Left[];
  return (
    <Card size="small">
      <Flex justify="space-between" gap={12} wrap align="center">
        <div style={{ minWidth: 0 }}>
          <Flex gap={8} wrap align="center">
            <strong>
              {schools.nameOf(batch.school_id)} {group}
            </strong>
            <Tag>{t(`kind.${batch.kind}` as "kind.transcript")}</Tag>
            {what && <span>{what}</span>}
            {batch.state === "failed" && <Tag color="error">{t("papers.failed")}</Tag>}
          </Flex>
          <Muted block style={{ margin: "4px 0 0", fontSize: 14 }}>
            <DateTime value={batch.requested_at} />
            {batch.state === "done" && ` · ${t("papers.many", { count: batch.papers })}`}
          </Muted>
          {batch.state === "failed" && (
            <p style={{ margin: "4px 0 0" }}>
              {say(batch.failed_for ?? "internal")} {t("papers.failedId", { id: batch.id })}
            </p>
          )}
          <LeftOut left={left} />
        </div>
        {batch.state === "done" && batch.papers > 0 && (
          <Button icon={<DownloadOutlined />} loading={file.busy} onClick={() => file.save(`/api/v1/credential-batches/${batch.id}/papers.zip`, "papers")}>
            {t("papers.download")}
          </Button>
        )}
      </Flex>
      {batch.state === "working" && (
        <Progress aria-label={t("papers.progress")} percent={Math.floor((batch.progress_done * 100) / Math.max(1, batch.progress_total))} />
      )}
    </Card>
  );
}

/** How many got none, by reason. */
function LeftOut({ left }: { left: readonly Left[] }) {
  const { t } = useTranslation("credentials");
  const { why } = useSaid();
  if (left.length === 0) return null;
  const codes = [...new Set(left.map((one) => one.code))];
  return (
    <ul style={{ margin: "4px 0 0", paddingInlineStart: 20, fontSize: 14 }}>
      {codes.map((code) => {
        const those = left.filter((one) => one.code === code);
        const characters = [...new Set(those.flatMap((one) => [...(one.characters ?? "")]))].join(" ");
        return (
          <li key={code}>
            {t("papers.none", { count: those.length })}
            {why(code)}
            {characters && t("papers.characters", { characters })}
          </li>
        );
      })}
    </ul>
  );
}
