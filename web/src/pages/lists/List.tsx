import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Descriptions, Popconfirm, Radio, Result } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { StatusTag } from "@/ui/StatusTag";
import { useListWords } from "./columns";
import { FixRow } from "./FixRow";
import { OUTCOMES, useCounts } from "./useCounts";

type Import = Schemas["ListImportView"];
type Row = Schemas["ListRowView"];

/** Where what was entered is seen. */
const SEEN: Record<Import["kind"], string> = {
  organizations: "/district/organizations",
  designations: "/register",
  competitions: "/district/competitions",
  themes: "/programmes",
  members: "/programmes",
};

/** Of many rows that were passed over, so many are named. */
const PASSED_SHOWN = 20;

/** Totals and notes among the rows, each with its number and what tells so. */
function passedOver(notes: readonly string[]) {
  return notes.flatMap((note) => {
    const [, row = "", text = ""] = /^passed_over (\d+) (.*)$/s.exec(note) ?? [];
    return row ? [{ row, text }] : [];
  });
}

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("lists");
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/list_imports/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton />;
  if (!data)
    return (
      <>
        <PageTitle>{t("list.title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  const refused = data.counts.refused ?? 0;
  // Other worksheets of the file end with an exclamation mark, as in formulas.
  const worksheets = data.ignored.filter((name) => name.endsWith("!")).map((name) => name.slice(0, -1));
  const columns = data.ignored.filter((name) => !name.endsWith("!"));
  const passed = passedOver(data.notes);
  return (
    <>
      <PageTitle before={<StatusTag of="import" state={data.state} />} actions={data.state === "staged" && <Decide list={data} />}>
        {data.file_name}
      </PageTitle>
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, lg: 3 }}
        style={{ marginBottom: 16 }}
        items={[
          { key: "kind", label: t("lists.kind"), children: t(`kind.${data.kind}`) },
          { key: "created", label: t("lists.created"), children: <DateTime value={data.created_at} /> },
          ...(data.given.source ? [{ key: "source", label: t("lists.source"), children: data.given.source }] : []),
        ]}
      />
      {worksheets.length > 0 && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("list.worksheets", { names: worksheets.join("、") })} />
      )}
      {columns.length > 0 && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t("list.ignored", { columns: columns.join("、") })} />}
      {data.notes.includes("chinese_commas") && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t("list.chineseCommas")} />}
      {passed.length > 0 && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 16 }}
          title={t("list.passedOver", { count: passed.length })}
          description={
            <>
              {passed.slice(0, PASSED_SHOWN).map((one) => (
                <div key={one.row}>{t("list.passedRow", one)}</div>
              ))}
              {passed.length > PASSED_SHOWN && <div>…</div>}
            </>
          }
        />
      )}
      {data.state === "staged" && refused > 0 && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("list.refused", { count: refused })} description={t("list.refusedLead")} />
      )}
      {data.state === "committed" && (
        <Result
          status="success"
          style={{ padding: "16px 0 24px" }}
          title={t("list.committed")}
          subTitle={<DateTime value={data.finished_at} />}
          extra={<Link to={data.kind === "members" && data.given.edition ? `/editions/${data.given.edition}` : SEEN[data.kind]}>{t(`list.see.${data.kind}`)}</Link>}
        />
      )}
      {data.state === "discarded" ? <Alert type="info" showIcon title={t("list.discarded")} /> : <Rows list={data} />}
    </>
  );
}

/** A row that is taken can be written anew all the same. */
function Mend({ list, row }: { list: Import; row: Row }) {
  const { t } = useTranslation("lists");
  const { t: common } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button type="link" size="small" style={{ padding: 0 }} aria-expanded={open} aria-label={t("list.mendRow", { row: row.row_no })} onClick={() => setOpen(!open)}>
        {common(open ? "action.cancel" : "action.edit")}
      </Button>
      {open && <FixRow list={list} row={row} onDone={() => setOpen(false)} />}
    </>
  );
}

/** Enter the list, or give it up. */
function Decide({ list }: { list: Import }) {
  const { t } = useTranslation("lists");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const say = useProblemText();
  const counts = useCounts();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const again = () => invalidate("/api/v1/list_imports");
  const params = { path: { id: list.id }, header: { ...ifMatch(list.version), ...key.header } };
  const commit = useMutation({
    mutationFn: () => call(api.POST("/api/v1/list_imports/{id}/commit", { params })),
    onSuccess: () => invalidate("/api/v1/list_imports", "/api/v1/organizations", "/api/v1/designations", "/api/v1/competitions", "/api/v1/register", "/api/v1/editions"),
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => {
      key.renew();
      return again();
    },
  });
  const discard = useMutation({
    mutationFn: () => call(api.POST("/api/v1/list_imports/{id}/discard", { params })),
    onSuccess: () => message.success(t("list.discardedNow")),
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => {
      key.renew();
      return again();
    },
  });
  const changes = (list.counts.added ?? 0) + (list.counts.changed ?? 0) > 0;
  return (
    <>
      <Popconfirm title={t("list.discardSure")} okText={t("list.discard")} cancelText={common("action.cancel")} onConfirm={() => discard.mutate()}>
        <Button danger loading={discard.isPending}>
          {t("list.discard")}
        </Button>
      </Popconfirm>
      <Popconfirm
        title={t("list.commitSure")}
        description={counts(list.counts)}
        okText={t("list.commit")}
        cancelText={common("action.cancel")}
        disabled={!changes}
        onConfirm={() => commit.mutate()}
      >
        <Button type="primary" disabled={!changes} loading={commit.isPending}>
          {t("list.commit")}
        </Button>
      </Popconfirm>
    </>
  );
}

function Rows({ list }: { list: Import }) {
  const { t } = useTranslation("lists");
  const { t: common } = useTranslation();
  const words = useListWords();
  const said = (row: Row) => [
    ...row.changes.map((one) => words.change(list.kind, one)),
    ...row.errors.map((one) => [words.column(one.column ?? one.field), one.value && `“${one.value}”`, words.refusal(one)].filter(Boolean).join(" ")),
  ];
  const columns: Column<Row>[] = [
    { key: "label", title: t("list.label"), render: (row) => row.label || "—", csv: (row) => row.label },
    {
      key: "row",
      title: t("list.row"),
      align: "right",
      width: 80,
      render: (row) => <span className="kepu-numbers">{row.row_no}</span>,
      csv: (row) => String(row.row_no),
    },
    {
      key: "outcome",
      title: t("list.outcome"),
      render: (row) => <StatusTag of="row" state={row.outcome} />,
      csv: (row) => common(`status.row.${row.outcome}`),
    },
    {
      key: "what",
      title: t("list.what"),
      fixed: true,
      render: (row) =>
        row.outcome === "refused" && list.state === "staged" ? (
          <FixRow list={list} row={row} />
        ) : (
          <>
            {said(row).length === 0 ? "—" : said(row).map((line) => <div key={line}>{line}</div>)}
            {list.state === "staged" && <Mend list={list} row={row} />}
          </>
        ),
      csv: (row) => said(row).join("; "),
    },
  ];
  return (
    <DataTable
      name="list-rows"
      label={t("list.rows")}
      columns={columns}
      rowKey={(row) => String(row.row_no)}
      source={(page, filters) =>
        getQuery("/api/v1/list_imports/{id}/rows", {
          params: {
            path: { id: list.id },
            query: { limit: page.limit, cursor: page.cursor, outcome: filters.outcome as Row["outcome"] | undefined },
          },
        })
      }
      filters={[
        {
          name: "outcome",
          label: t("list.show"),
          kind: "own",
          field: (value, set) => (
            <Radio.Group
              optionType="button"
              aria-label={t("list.show")}
              value={value ?? ""}
              onChange={(event) => set((event.target.value as string) || undefined)}
              options={[
                { value: "", label: common("table.all") },
                ...OUTCOMES.map((one) => ({ value: one, label: `${common(`status.row.${one}`)} ${list.counts[one] ?? 0}` })),
              ]}
            />
          ),
        },
      ]}
      empty={<EmptyState title={t("list.noRows")} lead={t("list.noRowsLead")} />}
    />
  );
}
