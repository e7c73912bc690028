import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Checkbox, Descriptions, Flex, Modal, Popconfirm, Progress, Radio, Result, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { isProblem } from "@/api/problem";
import { getQuery, useInvalidate } from "@/api/query";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { StatusTag } from "@/ui/StatusTag";
import { RowFixer } from "./RowFixer";
import { useCellValue, useClassName, useColumnName, useRefusal, useSchoolYear } from "./words";

type Import = Schemas["ImportView"];
type Row = Schemas["RowView"];
const SAID = ["added", "changed", "moved", "left", "refused"] as const;
const OUTCOMES = [...SAID, "unchanged"] as const;

/** As the service judges by itself where the district has set nothing: a tenth, and at least 20. */
function looksLikeTooMany({ left = 0, enrolled = 0 }: Import["counts"]): boolean {
  return left >= 20 && left * 10 > enrolled;
}

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const yearName = useSchoolYear();
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/roster/imports/{id}", { params: { path: { id } } }),
    refetchInterval: ({ state }) => (["staging", "committing"].includes(state.data?.state ?? "") ? 800 : false),
  });
  if (isPending) return <PageSkeleton />;
  if (!data)
    return (
      <>
        <PageTitle>{t("import.title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );

  const busy = data.state === "staging" || data.state === "committing";
  const share = data.progress.total > 0 ? Math.floor((data.progress.done / data.progress.total) * 100) : 0;
  return (
    <>
      <PageTitle
        before={<StatusTag of="import" state={data.state} />}
        actions={data.state === "staged" && <Decide roster={data} />}
      >
        {data.file_name}
      </PageTitle>
      <ProblemAlert error={error} retry={refetch} />
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, lg: 4 }}
        style={{ marginBottom: 16 }}
        items={[
          { key: "mode", label: t("imports.mode"), children: t(`imports.modes.${data.mode}`) },
          { key: "effective", label: t("imports.effective"), children: <DateTime value={data.effective_on} /> },
          { key: "year", label: t("imports.schoolYear"), children: yearName(data.school_year) },
          { key: "created", label: t("imports.created"), children: <DateTime value={data.created_at} /> },
        ]}
      />
      {busy && (
        <Card role="status" style={{ marginBottom: 16 }}>
          <p style={{ marginTop: 0 }}>{t(data.state === "staging" ? "import.reading" : "import.writing")}</p>
          <Progress percent={share} aria-label={common(`status.import.${data.state}`)} />
          <Typography.Text type="secondary">
            {data.progress.total > 0 ? t("import.rowsDone", data.progress) : t("import.opening")}
          </Typography.Text>
        </Card>
      )}
      {data.state === "failed" && (
        <Alert
          role="alert"
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={t("import.failed")}
          description={data.message}
          action={<Link to="/school/imports">{t("import.again")}</Link>}
        />
      )}
      {data.state === "committed" && <Committed roster={data} />}
      {data.state === "discarded" && (
        <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t("import.discarded")} />
      )}
      {data.state === "staged" && <Hints roster={data} />}
      {!busy && data.state !== "failed" && <Difference roster={data} />}
    </>
  );
}

function Hints({ roster }: { roster: Import }) {
  const { t } = useTranslation("school");
  const { counts } = roster;
  return (
    <Flex vertical gap={12} style={{ marginBottom: 16 }}>
      {roster.message !== "" && <Alert type="info" showIcon title={roster.message} />}
      {looksLikeTooMany(counts) && (
        <Alert
          role="alert"
          type="warning"
          showIcon
          title={t("import.manyLeave", { left: counts.left, enrolled: counts.enrolled })}
          description={t("import.manyLeaveLead")}
        />
      )}
      {(counts.refused ?? 0) > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t("import.refused", { count: counts.refused ?? 0 })}
          description={t("import.refusedLead")}
        />
      )}
    </Flex>
  );
}

function Committed({ roster }: { roster: Import }) {
  const { t } = useTranslation("school");
  const navigate = useNavigate();
  return (
    <Result
      status="success"
      style={{ padding: "16px 0 24px" }}
      title={t("import.committed")}
      subTitle={<DateTime value={roster.finished_at} />}
      extra={[
        <Button key="classes" type="primary" onClick={() => navigate("/school/classes")}>
          {t("import.seeClasses")}
        </Button>,
        <Button key="persons" onClick={() => navigate("/school/persons")}>
          {t("import.seePersons")}
        </Button>,
      ]}
    />
  );
}

/** Commit with what it will do said once more, or discard. */
function Decide({ roster }: { roster: Import }) {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const [open, setOpen] = useState(false);
  const [meant, setMeant] = useState(false);
  const path = { id: roster.id };
  const reread = () => invalidate("/api/v1/roster/imports");

  const commit = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/roster/imports/{id}/commit", {
          params: { path, header: ifMatch(roster.version) },
          body: { allow_removals: meant },
        }),
      ),
    onSuccess: async () => {
      setOpen(false);
      await invalidate("/api/v1/roster/imports", "/api/v1/classes", "/api/v1/persons");
    },
    onError: reread,
  });
  const discard = useMutation({
    mutationFn: () => call(api.POST("/api/v1/roster/imports/{id}/discard", { params: { path, header: ifMatch(roster.version) } })),
    onSuccess: () => message.success(t("import.discardedNow")),
    onError: (error) => message.error(say.whole(error)),
    onSettled: reread,
  });

  const { counts } = roster;
  const many = looksLikeTooMany(counts) || isProblem(commit.error, "too_many_removals");
  const said = SAID.filter((outcome) => (counts[outcome] ?? 0) > 0);
  const changes = said.some((outcome) => outcome !== "refused");
  return (
    <>
      <Popconfirm
        title={t("import.discardSure")}
        okText={t("import.discard")}
        cancelText={common("action.cancel")}
        onConfirm={() => discard.mutate()}
      >
        <Button danger loading={discard.isPending}>
          {t("import.discard")}
        </Button>
      </Popconfirm>
      <Button type="primary" disabled={!changes} onClick={() => setOpen(true)}>
        {t("import.commit")}
      </Button>
      <Modal
        open={open}
        title={t("import.commitSure")}
        onCancel={() => setOpen(false)}
        okText={t("import.commit")}
        cancelText={common("action.cancel")}
        okButtonProps={{ disabled: many && !meant, danger: many }}
        confirmLoading={commit.isPending}
        onOk={() => commit.mutate()}
      >
        {!(isProblem(commit.error, "too_many_removals") && many) && <ProblemAlert error={commit.error} />}
        <ul style={{ paddingInlineStart: 20 }}>
          {said.map((outcome) => (
            <li key={outcome}>{t(`import.will.${outcome}`, { count: counts[outcome] ?? 0 })}</li>
          ))}
        </ul>
        {many && (
          <Alert
            type="warning"
            showIcon
            title={t("import.manyLeave", { left: counts.left, enrolled: counts.enrolled })}
            description={
              <Checkbox checked={meant} onChange={(event) => setMeant(event.target.checked)}>
                {t("import.manyMeant")}
              </Checkbox>
            }
          />
        )}
      </Modal>
    </>
  );
}

function Difference({ roster }: { roster: Import }) {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const className = useClassName();
  const column = useColumnName();
  const refusal = useRefusal();
  const cell = useCellValue();

  const where = (row: Row) => className(row.grade, row.class);
  const changes = (row: Row) =>
    row.changes.map((change) => `${column(change.field)} ${cell(change.field, change.from)} → ${cell(change.field, change.to)}`);
  const reasons = (row: Row) => row.errors.map((wrong) => `${column(wrong.column ?? wrong.field)} “${wrong.value ?? ""}” ${refusal(wrong)}`);

  const columns: Column<Row>[] = [
    {
      key: "name",
      title: t("column.name"),
      render: (row) =>
        row.person_id && row.outcome !== "added" ? <PersonLink id={row.person_id} name={row.name} /> : row.name || "—",
      csv: (row) => row.name,
    },
    {
      key: "row",
      title: t("import.row"),
      align: "right",
      width: 80,
      render: (row) => <span className="kepu-numbers">{row.outcome === "left" ? "—" : row.row_no}</span>,
      csv: (row) => String(row.row_no),
    },
    {
      key: "outcome",
      title: t("import.outcome"),
      render: (row) => <StatusTag of="row" state={row.outcome} />,
      csv: (row) => common(`status.row.${row.outcome as (typeof OUTCOMES)[number]}`),
    },
    {
      key: "number",
      title: t("column.number"),
      render: (row) => <span className="kepu-numbers">{row.number}</span>,
      csv: (row) => row.number,
    },
    { key: "class", title: t("import.to"), render: (row) => where(row) || "—", csv: where },
    {
      key: "what",
      title: t("import.what"),
      fixed: true,
      render: (row) => {
        if (row.outcome === "refused")
          return roster.state === "staged" ? <RowFixer roster={roster} row={row} /> : <Lines lines={reasons(row)} />;
        return <Lines lines={changes(row)} />;
      },
      csv: (row) => [...changes(row), ...reasons(row)].join("; "),
    },
    {
      key: "birth_date",
      title: t("column.birth_date"),
      render: (row) => <DateTime value={row.birth_date} />,
      csv: (row) => row.birth_date ?? "",
      hidden: true,
    },
    {
      key: "sex",
      title: t("column.sex"),
      render: (row) => cell("sex", row.sex),
      csv: (row) => (row.sex ? cell("sex", row.sex) : ""),
      hidden: true,
    },
  ];

  return (
    <DataTable
      name="import-rows"
      label={t("import.difference")}
      columns={columns}
      rowKey={(row) => String(row.row_no)}
      source={(page, filters) =>
        getQuery("/api/v1/roster/imports/{id}/rows", {
          params: { path: { id: roster.id }, query: { limit: page.limit, cursor: page.cursor, outcome: filters.outcome } },
        })
      }
      filters={[
        {
          name: "outcome",
          label: t("import.show"),
          kind: "own",
          field: (value, set) => <Outcomes {...{ roster, value, set }} />,
        },
      ]}
      empty={<EmptyState title={t("import.noRows")} lead={t("import.noRowsLead")} />}
    />
  );
}

function Outcomes({ roster, value, set }: { roster: Import; value: string | undefined; set: (value: string | undefined) => void }) {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  return (
    <Radio.Group
      optionType="button"
      aria-label={t("import.show")}
      value={value ?? ""}
      onChange={(event) => set((event.target.value as string) || undefined)}
      options={[
        { value: "", label: common("table.all") },
        ...OUTCOMES.map((outcome) => ({ value: outcome, label: `${common(`status.row.${outcome}`)} ${roster.counts[outcome] ?? 0}` })),
      ]}
    />
  );
}

function Lines({ lines }: { lines: string[] }) {
  if (lines.length === 0) return <>—</>;
  return lines.map((line) => <div key={line}>{line}</div>);
}
