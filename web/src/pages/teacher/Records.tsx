import { useMutation } from "@tanstack/react-query";
import { App, Button, Flex, Popconfirm, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import { useQuery } from "@tanstack/react-query";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { useClassName, useKind } from "@/ui/names";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { useProblemText } from "@/ui/problems";
import { StatusTag } from "@/ui/StatusTag";
import { formatTime } from "@/ui/time";
import { classesQuery, useOwnSchool } from "./school";

type Row = Schemas["ListedParticipation"];

const STATES = ["recorded,attended", "registered", "waitlisted", "confirmed", "rejected", "absent", "withdrawn", "voided"];
/** What the host has not spoken about yet. */
const OPEN = ["recorded", "registered", "waitlisted"];

/** What this account has recorded, and what became of it. */
export function Component() {
  const { t } = useTranslation("teacher");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const kind = useKind();
  const className = useClassName();
  const school = useOwnSchool();
  const { account_id } = useMe();
  const navigate = useNavigate();
  const { data: classes } = useQuery(classesQuery(school.id));
  const [chosen, setChosen] = useState<Row[]>([]);
  const { withdraw, pending } = useWithdraw(() => setChosen([]));
  const state = (row: Row) => text(`common:status.participation.${row.state}`, {}, row.state);

  const columns: Column<Row>[] = [
    {
      key: "person",
      title: t("record.person"),
      render: (row) => <PersonLink id={row.person_id} name={row.name} number={row.number} />,
      csv: (row) => row.name,
    },
    { key: "number", title: t("record.number"), render: (row) => row.number, csv: (row) => row.number, hidden: true },
    { key: "class", title: t("record.class"), render: (row) => className(row.grade, row.class_name), csv: (row) => className(row.grade, row.class_name) },
    {
      key: "session",
      title: t("records.session"),
      render: (row) => (
        <span>
          <Link to={`/sessions/${row.session_id}`}>{named(row.activity_title_zh, row.activity_title_en)}</Link>
          <Muted block style={{ margin: 0, fontSize: 13 }}>
            <DateTime value={row.starts_at} style="date" /> · {named(row.host_name_zh, row.host_name_en)}
          </Muted>
        </span>
      ),
      csv: (row) => named(row.activity_title_zh, row.activity_title_en),
    },
    { key: "day", title: t("records.day"), render: (row) => <DateTime value={row.starts_at} />, csv: (row) => formatTime(row.starts_at, "datetime", "zh-CN"), hidden: true },
    { key: "host", title: t("records.host"), render: (row) => named(row.host_name_zh, row.host_name_en), csv: (row) => named(row.host_name_zh, row.host_name_en), hidden: true },
    { key: "kind", title: t("new.kind"), render: (row) => kind(row.kind), csv: (row) => kind(row.kind), hidden: true },
    {
      key: "state",
      title: t("records.state"),
      render: (row) => (
        <span>
          <StatusTag of="participation" state={row.state} />
          {row.reason && <Muted style={{ fontSize: 13.5 }}>{row.reason}</Muted>}
        </span>
      ),
      csv: state,
    },
    { key: "reason", title: t("records.reason"), render: (row) => row.reason, csv: (row) => row.reason, hidden: true },
    { key: "minutes", title: t("record.minutesTitle"), align: "right", render: (row) => row.minutes ?? row.planned_minutes, csv: (row) => String(row.minutes ?? row.planned_minutes) },
    { key: "at", title: t("records.at"), sort: "entered", render: (row) => <DateTime value={row.recorded_at} />, csv: (row) => formatTime(row.recorded_at, "datetime", "zh-CN") },
    {
      key: "do",
      title: t("records.do"),
      fixed: true,
      render: (row) =>
        OPEN.includes(row.state) ? (
          <Popconfirm
            title={t("records.sure", { count: 1 })}
            okText={t("records.withdraw")}
            cancelText={common("action.cancel")}
            onConfirm={() => withdraw([row])}
          >
            <Button size="small" aria-label={`${t("records.withdraw")}: ${row.name}`}>
              {t("records.withdraw")}
            </Button>
          </Popconfirm>
        ) : row.state === "rejected" ? (
          <Link to={`/teacher/record?session=${row.session_id}&step=who`}>{t("records.again")}</Link>
        ) : null,
    },
  ];

  return (
    <>
      <PageTitle
        lead={t("records.lead")}
        actions={
          <Button type="primary" onClick={() => void navigate("/teacher/record")}>
            {t("menu.record")}
          </Button>
        }
      >
        {t("records.title")}
      </PageTitle>
      <DataTable
        name="records"
        label={t("records.title")}
        source={(page, filters) =>
          getQuery("/api/v1/participations", {
            params: {
              query: {
                sort: "-entered",
                ...page,
                recorded_by: account_id,
                ...(filters.state && { state: filters.state }),
                ...(filters.session && { session: filters.session }),
                ...(filters.class && { class: filters.class }),
                ...(filters.from && { from: filters.from }),
                ...(filters.to && { to: filters.to }),
              },
            },
          })
        }
        columns={columns}
        rowKey={(row) => row.id}
        filters={[
          {
            name: "state",
            label: t("records.state"),
            kind: "select",
            options: STATES.map((value) => ({ value, label: text(`common:status.participation.${value.split(",")[0]}`) })),
          },
          {
            name: "class",
            label: t("record.class"),
            kind: "own",
            field: (value, set) => (
              <Select
                aria-label={t("record.class")}
                allowClear
                showSearch={{ optionFilterProp: "label" }}
                style={{ width: 160 }}
                placeholder={common("table.all")}
                value={value ?? null}
                onChange={(next) => set(next ?? undefined)}
                options={(classes ?? []).map((one) => ({ value: one.id, label: className(one.grade, one.name) }))}
              />
            ),
          },
          { name: "from", label: common("table.from"), kind: "date" },
          { name: "to", label: common("table.to"), kind: "date" },
          {
            name: "session",
            label: t("records.session"),
            kind: "own",
            field: (value, set) =>
              value ? (
                <Tag closable={{ "aria-label": t("records.allSessions") }} onClose={() => set(undefined)} style={{ lineHeight: "32px" }}>
                  {t("records.oneSession")}
                </Tag>
              ) : (
                <Muted style={{ lineHeight: "38px" }}>{common("table.all")}</Muted>
              ),
          },
        ]}
        selection={{
          keys: chosen.map(({ id }) => id),
          onChange: (keys, rows) => {
            const known = new Map([...chosen, ...rows].filter(Boolean).map((row) => [row.id, row]));
            setChosen(keys.flatMap((key) => known.get(key) ?? []));
          },
          disabled: (row) => !OPEN.includes(row.state),
          label: (row) => row.name,
        }}
        actions={
          chosen.length > 0 && (
            <Popconfirm
              title={t("records.sure", { count: chosen.length })}
              okText={t("records.withdraw")}
              cancelText={common("action.cancel")}
              onConfirm={() => withdraw(chosen)}
            >
              <Button danger loading={pending}>
                {t("records.withdrawChosen", { count: chosen.length })}
              </Button>
            </Popconfirm>
          )
        }
        empty={
          <EmptyState title={t("records.empty")} lead={t("records.emptyLead")}>
            <Flex gap={8}>
              <Button type="primary" onClick={() => void navigate("/teacher/record")}>
                {t("menu.record")}
              </Button>
            </Flex>
          </EmptyState>
        }
      />
    </>
  );
}

/** Takes participations back, those of a session together. */
function useWithdraw(done: () => void) {
  const { t } = useTranslation("teacher");
  const { message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const { mutate, isPending } = useMutation({
    mutationFn: async (rows: Row[]) => {
      const sessions = new Map<string, string[]>();
      for (const row of rows) sessions.set(row.session_id, [...(sessions.get(row.session_id) ?? []), row.id]);
      const answers = await Promise.all(
        [...sessions].map(([id, participations]) =>
          call(api.POST("/api/v1/sessions/{id}/participations/withdraw", { params: { path: { id } }, body: { participations } })),
        ),
      );
      const sum = (word: "withdrawn" | "refused") => answers.reduce((total, answer) => total + answer[word], 0);
      return { withdrawn: sum("withdrawn"), refused: sum("refused") };
    },
    onSuccess: ({ withdrawn, refused }) => {
      if (withdrawn > 0) message.success(t("record.undone", { count: withdrawn }));
      if (refused > 0) message.warning(t("records.refused", { count: refused }));
      done();
    },
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => invalidate("/api/v1/participations", "/api/v1/sessions", "/api/v1/scores"),
  });
  return { withdraw: mutate, pending: isPending };
}
