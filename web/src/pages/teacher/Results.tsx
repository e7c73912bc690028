import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery, useMe } from "@/api/query";
import { useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { StatusTag } from "@/ui/StatusTag";
import { LEVELS, useAwardWords } from "./award";

type Row = Schemas["ResultView"];

const STATES = ["submitted", "returned", "verified", "revoked", "withdrawn"] as const;

/** The results of the school's pupils, and where they stand. */
export function Component() {
  const { t } = useTranslation("teacher");
  const { t: common } = useTranslation();
  const text = useText();
  const words = useAwardWords();
  const navigate = useNavigate();
  const { account_id } = useMe();
  const create = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate("/teacher/results/new")}>
      {t("result.new")}
    </Button>
  );
  const columns: Column<Row>[] = [
    { key: "competition", title: t("result.competition"), render: (row) => <Link to={`/teacher/results/${row.id}`}>{row.competition_name_zh}</Link>, csv: (row) => row.competition_name_zh },
    { key: "person", title: t("record.person"), render: (row) => <PersonLink id={row.person_id} name={row.person_name} number={row.person_number} />, csv: (row) => row.person_name },
    { key: "number", title: t("record.number"), render: (row) => row.person_number, csv: (row) => row.person_number, hidden: true },
    { key: "award", title: t("result.awardTitle"), render: (row) => `${words.level(row.contest_level)} ${words.award(row)}`, csv: (row) => `${words.level(row.contest_level)} ${words.award(row)}` },
    { key: "work", title: t("result.work"), render: (row) => row.work_title, csv: (row) => row.work_title, hidden: true },
    { key: "day", title: t("result.day"), render: (row) => <DateTime value={row.achieved_on} style="date" />, csv: (row) => row.achieved_on },
    {
      key: "state",
      title: t("records.state"),
      render: (row) => (
        <span>
          <StatusTag of="result" state={row.state} />
          {row.reason && <Muted style={{ fontSize: 13.5 }}>{row.reason}</Muted>}
        </span>
      ),
      csv: (row) => text(`common:status.result.${row.state}`, {}, row.state),
    },
    { key: "evidence", title: t("result.evidence"), align: "right", render: (row) => row.evidence_count, csv: (row) => String(row.evidence_count) },
    { key: "at", title: t("result.submittedAt"), sort: "submitted", render: (row) => <DateTime value={row.submitted_at} />, csv: (row) => row.submitted_at },
  ];
  return (
    <>
      <PageTitle lead={t("results.lead")} actions={create}>
        {t("results.title")}
      </PageTitle>
      <DataTable
        name="results"
        label={t("results.title")}
        source={(page, filters) =>
          getQuery("/api/v1/results", {
            params: {
              query: {
                sort: "-submitted",
                ...page,
                ...(filters.state && { state: filters.state as (typeof STATES)[number] }),
                ...(filters.level && { level: filters.level }),
                ...(filters.mine && { submitted_by: account_id }),
                ...(filters.from && { from: filters.from }),
                ...(filters.to && { to: filters.to }),
              },
            },
          })
        }
        columns={columns}
        rowKey={(row) => row.id}
        filters={[
          { name: "state", label: t("records.state"), kind: "select", options: STATES.map((value) => ({ value, label: common(`status.result.${value}`) })) },
          { name: "level", label: t("result.levelTitle"), kind: "select", options: LEVELS.map((value) => ({ value, label: words.level(value) })) },
          { name: "mine", label: t("results.by"), kind: "select", options: [{ value: "yes", label: t("results.mine") }] },
          { name: "from", label: common("table.from"), kind: "date" },
          { name: "to", label: common("table.to"), kind: "date" },
        ]}
        empty={
          <EmptyState title={t("results.empty")} lead={t("results.emptyLead")}>
            {create}
          </EmptyState>
        }
      />
    </>
  );
}
