import { useMutation } from "@tanstack/react-query";
import { App, Button, Flex, Radio, Tag } from "antd";
import { Link } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";

type Reminder = Schemas["ReminderView"];

const COLOURS: Record<string, string> = { soon: "processing", today: "warning", late: "error", news: "success" };

/** Where what is to be done is done. */
export function pathOf({ step, object_id, page_id }: Pick<Reminder, "step" | "object_id" | "page_id">): string {
  if (step === "return" || step === "loan_late" || step.startsWith("booking_")) return "/bookings";
  if (step === "theme_moved") return `/editions/${page_id}`;
  if (["state_appeal", "decide_appeal", "appeal_answered"].includes(step)) return `/appeals/${object_id}`;
  if (step.startsWith("agreement_")) return `/agreements/${object_id}`;
  if (step === "host_closed") return `/organizations/${object_id}`;
  if (["assess", "renew", "answer_renewal", "renewal_answered"].includes(step) || step.startsWith("designation_") || step.startsWith("host_")) return `/designations/${object_id}`;
  return `/applications/${object_id}`;
}

/** What waits for the account, the newest first. */
export function Component() {
  const { t } = useTranslation("reminders");
  const text = useText();
  const named = useNamed();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const read = useMutation({
    mutationFn: (ids: string[] | null) => call(api.POST("/api/v1/reminders/read", { body: { ids } })),
    onSuccess: (_, ids) => {
      if (ids === null) message.success(t("read"));
      return invalidate("/api/v1/reminders");
    },
  });
  const step = (row: Reminder) => text(`reminders:step.${row.step}`, {}, row.step);
  const stage = (row: Reminder) => (row.over_at && row.stage !== "news" ? t("over") : text(`reminders:stage.${row.stage}`, {}, row.stage));
  const columns: Column<Reminder>[] = [
    {
      key: "what",
      title: t("what"),
      fixed: true,
      render: (row) => (
        <Flex vertical>
          <Link to={pathOf(row)} onClick={() => !row.read_at && read.mutate([row.id])} style={{ fontWeight: row.read_at || row.over_at ? 400 : 600 }}>
            {step(row)}
            {!row.read_at && !row.over_at && <span className="kepu-hidden"> · {t("unread")}</span>}
          </Link>
          <span>{named(row.label_zh, row.label_en)}</span>
        </Flex>
      ),
      csv: (row) => `${step(row)} ${row.label_zh}`,
    },
    { key: "stage", title: t("standing"), render: (row) => <Tag color={row.over_at ? "default" : (COLOURS[row.stage] ?? "default")}>{stage(row)}</Tag>, csv: stage },
    { key: "due", title: t("due"), render: (row) => (row.stage === "news" ? "—" : <DateTime value={row.due} style="date" />), csv: (row) => (row.stage === "news" ? "" : row.due) },
    { key: "told", title: t("told"), render: (row) => <DateTime value={row.created_at} />, csv: (row) => row.created_at },
  ];
  return (
    <>
      <PageTitle
        lead={t("lead")}
        actions={
          <Button loading={read.isPending} onClick={() => read.mutate(null)}>
            {t("allRead")}
          </Button>
        }
      >
        {t("title")}
      </PageTitle>
      <ProblemAlert error={read.error} />
      <DataTable
        name="reminders"
        label={t("title")}
        columns={columns}
        rowKey={(row) => row.id}
        source={(page, filters) =>
          getQuery("/api/v1/reminders", { params: { query: { limit: page.limit, cursor: page.cursor, waiting: filters.which !== "all" } } })
        }
        filters={[
          {
            name: "which",
            label: t("show"),
            kind: "own",
            field: (value, set) => (
              <Radio.Group
                optionType="button"
                aria-label={t("show")}
                value={value ?? ""}
                onChange={(event) => set((event.target.value as string) || undefined)}
                options={[
                  { value: "", label: t("waiting") },
                  { value: "all", label: t("all") },
                ]}
              />
            ),
          },
        ]}
        empty={<EmptyState title={t("empty")} lead={t("emptyLead")} />}
      />
    </>
  );
}
