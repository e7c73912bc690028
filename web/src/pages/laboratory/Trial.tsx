import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Flex, Progress, Tag } from "antd";
import { Link, useNavigate, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { useAccess } from "@/pages/district/access";
import { count, difference, milli, percentOf } from "@/pages/district/decimal";
import { Figures } from "@/pages/district/Figures";
import { SchoolSelect } from "@/pages/district/pick";
import { Illustrative, PrintButton } from "@/pages/district/reports/Frame";
import { reportPath } from "@/pages/district/reports/filters";
import { type SumColumn, SumTable } from "@/pages/district/reports/Sums";
import { Credit } from "@/ui/Credit";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useTitles } from "@/ui/score/titles";
import { LabState } from "./states";

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("laboratory");
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/policy-trials/{id}", { params: { path: { id } } }),
    refetchInterval: ({ state }) => (state.data?.state === "computing" ? 1000 : false),
  });
  if (isPending) return <PageSkeleton rows={10} />;
  if (!data)
    return (
      <>
        <PageTitle>{t("trial.title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  return <One trial={data} />;
}

function One({ trial }: { trial: Schemas["TrialView"] }) {
  const { t } = useTranslation("laboratory");
  const { t: common } = useTranslation();
  const { official } = useAccess();
  const { modal, message } = App.useApp();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const params = { path: { id: trial.id }, header: ifMatch(trial.version) };
  const cancel = useMutation({
    mutationFn: () => call(api.POST("/api/v1/policy-trials/{id}/cancel", { params })),
    onSettled: () => invalidate("/api/v1/policy-trials"),
  });
  const remove = useMutation({
    mutationFn: () => call(api.DELETE("/api/v1/policy-trials/{id}", { params })),
    onSuccess: () => {
      message.success(t("trial.deleted"));
      navigate("/district/laboratory");
      void invalidate("/api/v1/policy-trials");
    },
  });
  const sure = (title: string, okText: string, act: () => Promise<unknown>) =>
    modal.confirm({ title, okText, cancelText: common("action.cancel"), onOk: () => act().catch(() => undefined) });
  const running = trial.state === "computing";
  return (
    <>
      <PageTitle
        before={<LabState state={trial.state} />}
        lead={
          <>
            {trial.against_version
              ? t("trial.against", { policy: trial.against_policy_id, version: trial.against_version })
              : t("trial.againstNothing")}
            {trial.as_of && (
              <>
                {" · "}
                {t("trial.asOf")} <DateTime value={trial.as_of} />
              </>
            )}
            {trial.draft_id && (
              <>
                {" · "}
                <Link to={`/district/laboratory/drafts/${trial.draft_id}`} style={{ textDecoration: "underline" }}>
                  {t("draft.title")}
                </Link>
              </>
            )}
          </>
        }
        actions={
          <>
            <PrintButton />
            {official && running && (
              <Button loading={cancel.isPending} onClick={() => sure(t("trial.cancelSure"), t("trial.cancel"), () => cancel.mutateAsync())}>
                {t("trial.cancel")}
              </Button>
            )}
            {official && !running && (
              <Button danger loading={remove.isPending} onClick={() => sure(t("trial.deleteSure"), t("trial.delete"), () => remove.mutateAsync())}>
                {t("trial.delete")}
              </Button>
            )}
          </>
        }
      >
        {t("trial.of", { policy: trial.policy_id, version: trial.policy_version })}
      </PageTitle>
      <ProblemAlert error={cancel.error ?? remove.error} />
      {running && (
        <div role="status" style={{ marginBottom: 16 }}>
          <Progress
            aria-label={t("trial.running")}
            percent={trial.progress_total > 0 ? Math.floor((trial.progress_done / trial.progress_total) * 100) : 0}
            status="active"
          />
          {t("trial.running")} {count(trial.progress_done)} / {count(trial.progress_total)}
        </div>
      )}
      {trial.state === "failed" && <Alert type="error" showIcon title={t("trial.failed")} description={trial.error} />}
      {trial.state === "cancelled" && <Alert type="info" showIcon title={t("trial.cancelled")} />}
      {trial.outcome && (
        <Flex vertical gap={16}>
          {trial.illustrative && <Illustrative />}
          <Alert type="info" showIcon title={t("trial.untouched")} />
          <Sums outcome={trial.outcome} />
          <Persons trial={trial.id} called={trial.outcome.titles} />
        </Flex>
      )}
    </>
  );
}

type Change = Schemas["TrialChange"];

function Sums({ outcome }: { outcome: Schemas["TrialOutcome"] }) {
  const { t } = useTranslation("laboratory");
  const text = useText();
  const named = useNamed();
  const titles = useTitles(outcome.titles);
  const moves = useMoves(outcome.titles);
  const fate = useFate();
  const { all } = outcome;
  const places = <Row extends Change>(of: (row: Row) => { school?: string; grade?: string; name: string }): SumColumn<Row>[] => [
    { key: "persons", title: t("trial.persons"), render: (row) => count(row.persons) },
    { key: "gained", title: t("trial.gained"), render: (row) => <Who of={of(row)} only="gained">{row.gained}</Who>, order: (a, b) => a.gained - b.gained },
    { key: "lost", title: t("trial.lost"), render: (row) => <Who of={of(row)} only="lost">{row.lost}</Who>, order: (a, b) => a.lost - b.lost },
    { key: "gain", title: t("trial.gain"), render: (row) => <Credit value={row.gain} />, order: (a, b) => Number(milli(a.gain) - milli(b.gain)) },
    { key: "loss", title: t("trial.loss"), render: (row) => <Credit value={row.loss} />, order: (a, b) => Number(milli(a.loss) - milli(b.loss)) },
    { key: "climbed", title: t("trial.climbed"), render: (row) => <Who of={of(row)} only="climbed">{row.climbed}</Who> },
    { key: "fell", title: t("trial.fell"), render: (row) => <Who of={of(row)} only="fell">{row.fell}</Who> },
    { key: "now", title: t("trial.nowMet"), render: (row) => <Who of={of(row)} only="now_met">{row.now_met}</Who> },
    { key: "no", title: t("trial.noLongerMet"), render: (row) => <Who of={of(row)} only="no_longer_met">{row.no_longer_met}</Who> },
    { key: "before", title: t("trial.before"), render: (row) => <Credit value={row.total_before} /> },
    { key: "after", title: t("trial.after"), render: (row) => <Credit value={row.total_after} /> },
    {
      key: "cost",
      title: t("trial.cost"),
      render: (row) => difference(row.total_after, row.total_before),
      order: (a, b) => Number(milli(a.cost) - milli(b.cost)),
    },
  ];
  return (
    <>
      <Figures
        items={[
          { label: t("trial.changed"), value: count(all.gained + all.lost), note: `${percentOf(all.gained + all.lost, all.persons) ?? ""} / ${count(all.persons)}` },
          { label: t("trial.gained"), value: count(all.gained), note: `+${all.gain}` },
          { label: t("trial.lost"), value: count(all.lost), note: `−${all.loss}` },
          { label: t("trial.cost"), value: difference(all.total_after, all.total_before), note: `${all.total_before} → ${all.total_after}` },
          { label: t("trial.climbed"), value: count(all.climbed), note: `${t("trial.fell")} ${count(all.fell)}` },
          { label: t("trial.nowMet"), value: count(all.now_met), note: `${t("trial.noLongerMet")} ${count(all.no_longer_met)}` },
        ]}
      />
      <SumTable
        title={t("trial.requirements")}
        rows={outcome.requirements}
        rowKey={(row) => row.id}
        columns={[
          { key: "id", title: t("trial.requirements"), render: (row) => titles.requirement(row.id) },
          { key: "before", title: t("trial.metBefore"), render: (row) => count(row.met_before) },
          { key: "after", title: t("trial.metAfter"), render: (row) => count(row.met_after) },
          { key: "now", title: t("trial.nowMet"), render: (row) => count(row.now_met) },
          { key: "no", title: t("trial.noLongerMet"), render: (row) => count(row.no_longer_met) },
        ]}
      />
      <SumTable
        title={t("trial.levels")}
        rows={outcome.levels}
        rowKey={(row) => `${row.ladder} ${row.from} ${row.to}`}
        columns={[
          {
            key: "move",
            title: t("trial.levels"),
            render: (row) => (
              <>
                {fate(row) ? <Tag>{fate(row)}</Tag> : row.up ? "↑ " : "↓ "}
                {moves(row)}
              </>
            ),
          },
          { key: "persons", title: t("trial.persons"), render: (row) => count(row.persons) },
        ]}
      />
      <SumTable
        title={t("trial.schools")}
        rows={outcome.by_school}
        rowKey={(row) => row.school_id}
        columns={[
          { key: "name", title: t("trial.school"), render: (row) => named(row.name_zh, row.name_en) },
          ...places<(typeof outcome.by_school)[number]>((row) => ({ school: row.school_id, name: named(row.name_zh, row.name_en) })),
        ]}
      />
      <SumTable
        title={t("trial.grades")}
        rows={outcome.by_grade}
        rowKey={(row) => String(row.grade)}
        columns={[
          { key: "grade", title: t("trial.grade"), render: (row) => text(`common:grade.${row.grade}`) },
          ...places<(typeof outcome.by_grade)[number]>((row) => ({ grade: String(row.grade), name: text(`common:grade.${row.grade}`) })),
        ]}
      />
    </>
  );
}

/** A number that leads to whom it counts, in the list below. */
function Who({ of, only, children }: { of: { school?: string; grade?: string; name: string }; only: Only; children: number }) {
  const { t } = useTranslation("laboratory");
  if (children === 0) return count(0);
  return (
    <Link to={`${reportPath("", { school: of.school, grade: of.grade, only })}#who`} aria-label={`${of.name} ${t(`trial.onlyWords.${only}`)} ${children}`}>
      {count(children)}
    </Link>
  );
}

/** What becomes of a ladder that is not the same before and after: nobody climbs or falls on it. */
function useFate() {
  const { t } = useTranslation("laboratory");
  return ({ ladder_is: is = "same" }: { ladder_is?: Schemas["LadderFate"] }) => (is === "same" ? undefined : t(`trial.ladderIs.${is}`));
}

/** `Stars: one star → two stars`. */
function useMoves(called: Schemas["PolicyTitles"] | undefined) {
  const { t } = useTranslation("laboratory");
  const titles = useTitles(called);
  return (move: { ladder: string; from?: string | null; to?: string | null }) => {
    const level = (id: string | null | undefined) => (id ? titles.level(move.ladder, id) : t("trial.below"));
    return t("trial.move", { ladder: titles.ladder(move.ladder), from: level(move.from), to: level(move.to) });
  };
}

type Person = Schemas["TrialPersonView"];
const ONLY = ["gained", "lost", "level", "climbed", "fell", "requirement", "now_met", "no_longer_met"] as const;
type Only = (typeof ONLY)[number];

function Persons({ trial, called }: { trial: string; called: Schemas["PolicyTitles"] | undefined }) {
  const { t } = useTranslation("laboratory");
  const titles = useTitles(called);
  const moves = useMoves(called);
  const fate = useFate();
  const text = useText();
  const named = useNamed();
  const columns: Column<Person>[] = [
    {
      key: "name",
      title: t("trial.name"),
      fixed: true,
      render: (row) => (
        <Link to={`/persons/${row.person_id}`}>
          {row.name} {row.number}
        </Link>
      ),
      csv: (row) => `${row.name} ${row.number}`,
    },
    { key: "school", title: t("trial.school"), render: (row) => named(row.school_name_zh, row.school_name_en), csv: (row) => row.school_name_zh ?? "" },
    {
      key: "grade",
      title: t("trial.grade"),
      render: (row) => (row.grade === null || row.grade === undefined ? "" : text(`common:grade.${row.grade}`)),
      csv: (row) => String(row.grade ?? ""),
    },
    { key: "before", title: t("trial.before"), align: "right", render: (row) => <Credit value={row.before} />, csv: (row) => row.before },
    { key: "after", title: t("trial.after"), align: "right", render: (row) => <Credit value={row.after} />, csv: (row) => row.after },
    { key: "change", title: t("trial.change"), align: "right", sort: "change", render: (row) => difference(row.after, row.before), csv: (row) => row.change },
    {
      key: "crossed",
      title: t("trial.crossed"),
      render: (row) => (
        <Flex gap={4} wrap>
          {row.levels.map((one) => (
            <Tag key={one.ladder} {...(!fate(one) && { color: one.up ? "success" : "warning" })}>
              {fate(one)} {moves(one)}
            </Tag>
          ))}
          {row.requirements.map((one) => (
            <Tag key={one.id} color={one.met ? "success" : "error"}>
              {t(one.met ? "trial.isMet" : "trial.isNotMet", { title: titles.requirement(one.id) })}
            </Tag>
          ))}
        </Flex>
      ),
    },
  ];
  return (
    <section id="who" style={{ scrollMarginTop: 76 }}>
      <h2 style={{ fontSize: 20, margin: "8px 0 12px" }}>{t("trial.who")}</h2>
      <DataTable
        name="trial-persons"
        label={t("trial.who")}
        source={(page, filters) =>
          getQuery("/api/v1/policy-trials/{id}/persons", {
            params: {
              path: { id: trial },
              query: {
                ...page,
                ...(filters.only && { only: filters.only as Only }),
                ...(filters.school && { school: filters.school }),
                ...(filters.grade && { grade: Number(filters.grade) }),
              },
            },
          })
        }
        columns={columns}
        rowKey={(row) => row.person_id}
        filters={[
          { name: "only", label: t("trial.only"), kind: "select", options: ONLY.map((one) => ({ value: one, label: t(`trial.onlyWords.${one}`) })) },
          { name: "school", label: t("trial.school"), kind: "own", field: (value, set, id) => <SchoolSelect id={id} {...(value && { value })} onChange={set} label={t("trial.school")} /> },
          {
            name: "grade",
            label: t("trial.grade"),
            kind: "select",
            options: Array.from({ length: 12 }, (_, index) => ({ value: String(index + 1), label: text(`common:grade.${index + 1}`) })),
            width: 120,
          },
        ]}
        empty={<EmptyState title={t("trial.whoNone")} />}
      />
    </section>
  );
}
