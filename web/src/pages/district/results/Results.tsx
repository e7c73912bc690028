import { CheckOutlined, FileSearchOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { useProblemText } from "@/ui/problems";
import { StatusTag } from "@/ui/StatusTag";
import { useAccess } from "../access";
import { CompetitionSelect, SchoolSelect, useSchools } from "../pick";
import { CONTEST_LEVELS, useResultWords } from "./words";

type Row = Schemas["ResultView"];
const STATES = ["submitted", "returned", "verified", "revoked", "withdrawn"] as const;

export function Component() {
  const { t } = useTranslation("district");
  const text = useText();
  const words = useResultWords();
  const { official } = useAccess();
  const { nameOf } = useSchools();
  const navigate = useNavigate();
  const { modal, message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const [ticked, setTicked] = useState<string[]>([]);
  const [answer, setAnswer] = useState<Schemas["VerifyAnswer"]>();

  const verify = useMutation({
    mutationFn: (ids: string[]) =>
      call(api.POST("/api/v1/results/verify", { params: { header: key.header }, body: { ids } })),
    onSuccess: (done) => {
      key.renew();
      setAnswer(done);
      setTicked([]);
      message.success(t("results.verified", { count: done.verified }));
    },
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => invalidate("/api/v1/results", "/api/v1/reports"),
  });

  const columns: Column<Row>[] = [
    {
      key: "competition",
      title: t("results.competition"),
      render: (row) => <Link to={`/district/results/${row.id}`}>{row.competition_name_zh}</Link>,
      csv: (row) => row.competition_name_zh,
      fixed: true,
    },
    {
      key: "person",
      title: t("col.person"),
      render: (row) => <PersonLink id={row.person_id} name={row.person_name} number={row.person_number} />,
      csv: (row) => `${row.person_name} ${row.person_number}`,
    },
    { key: "school", title: t("col.school"), render: (row) => nameOf(row.school_id), csv: (row) => nameOf(row.school_id) },
    { key: "level", title: t("results.level"), render: (row) => words.level(row.contest_level), csv: (row) => words.level(row.contest_level) },
    { key: "award", title: t("results.award"), render: (row) => words.award(row), csv: (row) => words.award(row) },
    { key: "work", title: t("results.work"), render: (row) => row.work_title, csv: (row) => row.work_title, hidden: true },
    { key: "team", title: t("results.team"), hidden: true, render: (row) => row.team && t("results.teamPlace", { position: row.team.position ?? "?", size: row.team.size ?? "?" }) },
    { key: "day", title: t("results.day"), render: (row) => <DateTime value={row.achieved_on} style="date" />, csv: (row) => row.achieved_on },
    { key: "evidence", title: t("results.evidence"), render: (row) => row.evidence_count, csv: (row) => String(row.evidence_count), align: "right" },
    { key: "submitted", title: t("results.submittedAt"), render: (row) => <DateTime value={row.submitted_at} />, csv: (row) => row.submitted_at, sort: "submitted" },
    { key: "state", title: t("col.status"), render: (row) => <StatusTag of="result" state={row.state} />, csv: (row) => text(`common:status.result.${row.state}`) },
  ];

  const sure = () =>
    modal.confirm({
      title: t("results.verifySure", { count: ticked.length }),
      content: t("results.verifySureLead"),
      okText: t("results.verifyMany", { count: ticked.length }),
      onOk: () => verify.mutateAsync(ticked).catch(() => undefined),
    });

  return (
    <>
      <PageTitle
        lead={t("results.lead")}
        {...(official && {
          actions: (
            <Button icon={<FileSearchOutlined />} onClick={() => navigate("/district/results/match")}>
              {t("match.open")}
            </Button>
          ),
        })}
      >
        {t("results.title")}
      </PageTitle>
      {answer && answer.refused > 0 && (
        <Alert
          type="warning"
          showIcon
          closable={{ onClose: () => setAnswer(undefined) }}
          style={{ marginBottom: 12 }}
          title={t("results.someRefused", { count: answer.refused })}
          description={
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>
              {answer.outcomes
                .filter((one) => !one.verified)
                .slice(0, 20)
                .map((one) => (
                  <li key={one.id}>
                    <Link to={`/district/results/${one.id}`} style={{ textDecoration: "underline" }}>
                      {t("results.openOne", { id: one.id.slice(-6) })}
                    </Link>{" "}
                    {text(`common:problem.code.${one.code}`, {}, one.detail ?? one.code ?? "")}
                  </li>
                ))}
            </ul>
          }
        />
      )}
      <DataTable
        name="results"
        label={t("results.title")}
        source={(page, values) =>
          getQuery("/api/v1/results", {
            params: {
              query: {
                ...page,
                ...(values.state && { state: values.state as Row["state"] }),
                ...(values.school && { school_id: values.school }),
                ...(values.level && { level: values.level }),
                ...(values.competition && { competition_id: values.competition }),
                ...(values.from && { from: values.from }),
                ...(values.to && { to: values.to }),
              },
            },
          })
        }
        columns={columns}
        rowKey={(row) => row.id}
        filters={[
          {
            name: "state",
            label: t("filter.state"),
            kind: "select",
            options: STATES.map((state) => ({ value: state, label: text(`common:status.result.${state}`) })),
          },
          { name: "school", label: t("filter.school"), kind: "own", field: (value, set, id) => <SchoolSelect id={id} value={value} onChange={set} /> },
          { name: "level", label: t("results.level"), kind: "select", options: CONTEST_LEVELS.map((value) => ({ value, label: words.level(value) })), width: 120 },
          { name: "competition", label: t("filter.competition"), kind: "own", field: (value, set, id) => <CompetitionSelect id={id} value={value} onChange={set} /> },
          { name: "from", label: t("filter.from"), kind: "date" },
          { name: "to", label: t("filter.to"), kind: "date" },
        ]}
        {...(official && {
          selection: {
            keys: ticked,
            onChange: (keys: string[]) => setTicked(keys),
            disabled: (row: Row) => row.state !== "submitted",
            label: (row: Row) => t("results.tick", { person: row.person_name, competition: row.competition_name_zh }),
          },
        })}
        actions={
          ticked.length > 0 && (
            <Space>
              <Button type="primary" icon={<CheckOutlined />} loading={verify.isPending} onClick={sure}>
                {t("results.verifyMany", { count: ticked.length })}
              </Button>
            </Space>
          )
        }
        empty={<EmptyState title={t("results.none")} lead={t("results.noneLead")} />}
      />
    </>
  );
}
