import { DownloadOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex, Form, Progress, Radio, Select, Tag } from "antd";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { SchoolSwitch, useSchool } from "@/pages/school/useSchool";
import { schoolYearOf, useClassName } from "@/pages/school/words";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useSaveFile } from "@/ui/saveFile";
import { today } from "@/ui/time";
import { useSaid } from "./useSaid";

type Batch = Schemas["BatchView"];

interface Wish {
  kind: "transcript" | "certificate";
  /** A class; the whole school if empty. */
  class_id?: string;
}

/** Transcripts and certificates of a class or of the whole school, made in the background. */
export function Component() {
  const { t } = useTranslation("credentials");
  const school = useSchool();
  const list = useQuery({
    ...getQuery("/api/v1/credential-batches", { params: { query: { limit: 20 } } }),
    refetchInterval: (query) => (query.state.data?.items.some((one) => one.state === "working") ? 1500 : false),
  });
  return (
    <div style={{ maxWidth: 860 }}>
      <PageTitle lead={t("papers.lead")} actions={<SchoolSwitch />}>
        {t("papers.title")}
      </PageTitle>
      <Make school={school.id} />
      <h2 style={{ fontSize: 18, margin: "24px 0 12px" }}>{t("papers.list")}</h2>
      <ProblemAlert error={list.error} retry={list.refetch} />
      {list.isPending && <PageSkeleton rows={3} />}
      {list.data?.items.length === 0 && <EmptyState title={t("papers.empty")} lead={t("papers.emptyLead")} />}
      <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12 }}>
        {list.data?.items.map((one) => (
          <li key={one.id}>
            <One batch={one} school={school.id} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function useClasses(school: string) {
  return useQuery({
    ...getQuery("/api/v1/classes", { params: { query: { school, school_year: schoolYearOf(today()), limit: 500 } } }),
    enabled: school !== "",
  });
}

function Make({ school }: { school: string }) {
  const { t } = useTranslation("credentials");
  const { message } = App.useApp();
  const className = useClassName();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { said } = useSaid();
  const classes = useClasses(school);
  const make = useMutation({
    mutationFn: ({ kind, class_id }: Wish) =>
      call(
        api.POST("/api/v1/credential-batches", {
          params: { header: key.header },
          body: {
            kind,
            ...(class_id ? { class_id } : { school_id: school }),
            ...(kind === "certificate" && { achievement: { kind: "credits" as const } }),
          },
        }),
      ),
    onSuccess: async () => {
      key.renew();
      message.success(t("papers.begun"));
      await invalidate("/api/v1/credential-batches");
    },
  });
  return (
    <Card>
      <ProblemAlert error={said(make.error)} />
      <Form<Wish> layout="vertical" requiredMark={false} initialValues={{ kind: "transcript", class_id: "" }} onFinish={(wish) => make.mutate(wish)}>
        <Form.Item name="kind" label={t("papers.kind")}>
          <Radio.Group
            options={[
              { value: "transcript", label: t("kind.transcript") },
              { value: "certificate", label: t("papers.certificate") },
            ]}
          />
        </Form.Item>
        <Form.Item name="class_id" label={t("papers.whom")}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            style={{ maxWidth: 320 }}
            loading={classes.isPending}
            options={[
              { value: "", label: t("papers.wholeSchool") },
              ...(classes.data?.items.map((one) => ({ value: one.id, label: className(one.grade, one.name) })) ?? []),
            ]}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={make.isPending}>
          {t("papers.make")}
        </Button>
      </Form>
    </Card>
  );
}

function One({ batch, school }: { batch: Batch; school: string }) {
  const { t } = useTranslation("credentials");
  const { why: say } = useSaid();
  const className = useClassName();
  const classes = useClasses(school);
  const file = useSaveFile();
  const its = classes.data?.items.find((one) => one.id === batch.class_id);
  const whom = batch.class_id ? (its ? className(its.grade, its.name) : t("papers.oneClass")) : t("papers.wholeSchool");
  const left = batch.left_out as unknown as { code: string }[];
  const why = [...new Set(left.map((one) => say(one.code)))];
  return (
    <Card size="small">
      <Flex justify="space-between" gap={12} wrap align="center">
        <div>
          <Flex gap={8} wrap align="center">
            <strong>{whom}</strong>
            <Tag>{t(`kind.${batch.kind}` as "kind.transcript")}</Tag>
            {batch.state === "failed" && <Tag color="error">{t("papers.failed")}</Tag>}
          </Flex>
          <Muted block style={{ margin: "4px 0 0", fontSize: 14 }}>
            <DateTime value={batch.requested_at} />
            {batch.state === "done" && ` · ${t("papers.many", { count: batch.papers })}`}
            {left.length > 0 && ` · ${t("papers.none", { count: left.length })}${why.join("")}`}
          </Muted>
        </div>
        {batch.state === "done" && (
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
