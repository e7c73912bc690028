import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Flex, Progress } from "antd";
import { useTranslation } from "@/i18n";
import { Link, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useText } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { DateTime } from "@/ui/DateTime";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useTitles } from "@/ui/score/titles";
import { useAccess } from "../access";
import { count, difference, milli, percentOf } from "../decimal";
import { Figures } from "../Figures";
import { Illustrative, PrintButton } from "../reports/Frame";
import { type SumColumn, SumTable } from "../reports/Sums";
import { Ending } from "./Ending";
import { AdoptionState, RUNNING } from "./states";

interface Change {
  persons: number;
  changed: number;
  gained: number;
  lost: number;
  total_before: string;
  total_after: string;
}
interface Outcome extends Change {
  error?: string;
  by_school: (Change & { school_id: string; name: string | null })[];
  by_grade: (Change & { grade: number })[];
  levels: Record<string, Record<string, number>>;
  requirements: { id: string; met_before: number; met_after: number }[];
  largest_changes: { person_id: string; before: string; after: string }[];
  titles?: Schemas["PolicyTitles"];
}

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("district");
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/adoptions/{id}", { params: { path: { id } } }),
    refetchInterval: (query) => (RUNNING.includes(query.state.data?.state ?? "") ? 1500 : false),
  });
  if (isPending) return <PageSkeleton rows={10} />;
  if (!data)
    return (
      <>
        <PageTitle>{t("adoption.title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  return <One adoption={data} />;
}

function One({ adoption }: { adoption: Schemas["AdoptionView"] }) {
  const { t } = useTranslation("district");
  const text = useText();
  const { official } = useAccess();
  const { modal } = App.useApp();
  const invalidate = useInvalidate();
  const outcome = adoption.outcome as Outcome | null;
  const titles = useTitles(outcome?.titles);
  /** `none → one-star`, as the levels are called. */
  const called = (ladder: string, move: string) =>
    move
      .split(" → ")
      .map((level) => (level === "none" ? t("adoption.noLevel") : titles.level(ladder, level)))
      .join(" → ");
  const params = { path: { id: adoption.id }, header: ifMatch(adoption.version) };
  const settle = { onSettled: () => invalidate("/api/v1/adoptions", "/api/v1/reports") };
  const effective = useMutation({ mutationFn: () => call(api.POST("/api/v1/adoptions/{id}/effective", { params })), ...settle });
  const discard = useMutation({ mutationFn: () => call(api.POST("/api/v1/adoptions/{id}/discard", { params })), ...settle });
  const sure = () =>
    modal.confirm({
      title: t("adoption.effectiveSure", { count: outcome?.changed ?? 0 }),
      content: t("adoption.effectiveSureLead"),
      okText: t("adoption.makeEffective"),
      onOk: () => effective.mutateAsync().catch(() => undefined),
    });
  const sureDiscard = () =>
    modal.confirm({
      title: t("adoption.discardSure"),
      okText: t("adoption.discard"),
      onOk: () => discard.mutateAsync().catch(() => undefined),
    });
  const running = RUNNING.includes(adoption.state);
  const columns: SumColumn<Change>[] = [
    { key: "persons", title: t("col.persons"), render: (row) => count(row.persons) },
    { key: "changed", title: t("adoption.changed"), render: (row) => count(row.changed), order: (a, b) => a.changed - b.changed },
    { key: "gained", title: t("adoption.gained"), render: (row) => count(row.gained), order: (a, b) => a.gained - b.gained },
    { key: "lost", title: t("adoption.lost"), render: (row) => count(row.lost), order: (a, b) => a.lost - b.lost },
    { key: "before", title: t("adoption.before"), render: (row) => <Credit value={row.total_before} /> },
    { key: "after", title: t("adoption.after"), render: (row) => <Credit value={row.total_after} /> },
    {
      key: "difference",
      title: t("adoption.difference"),
      render: (row) => difference(row.total_after, row.total_before),
      order: (a, b) => Number(milli(a.total_after) - milli(a.total_before) - milli(b.total_after) + milli(b.total_before)),
    },
  ];
  return (
    <>
      <PageTitle
        before={<AdoptionState state={adoption.state} />}
        lead={
          <>
            {t("adoption.requested")} <DateTime value={adoption.requested_at} />
            {adoption.effective_at && (
              <>
                {" "}
                · {t("adoption.effectiveAt")} <DateTime value={adoption.effective_at} />
              </>
            )}{" "}
            ·{" "}
            <Link to={`/district/policies/${adoption.policy_version_id}`} style={{ textDecoration: "underline" }}>
              {t("adoption.readPolicy")}
            </Link>
          </>
        }
        actions={
          <>
            <PrintButton />
            {official && ["computing", "computed", "failed"].includes(adoption.state) && (
              <Button loading={discard.isPending} onClick={sureDiscard}>
                {t("adoption.discard")}
              </Button>
            )}
            {official && adoption.state === "computed" && (
              <Button type="primary" loading={effective.isPending} onClick={sure}>
                {t("adoption.makeEffective")}
              </Button>
            )}
          </>
        }
      >
        {t("adoption.of", { policy: adoption.policy_id, version: adoption.policy_version })}
      </PageTitle>
      <ProblemAlert error={effective.error ?? discard.error} />
      {adoption.illustrative && <Illustrative />}
      {adoption.state === "effective" && <Ending adoption={adoption} official={official} />}
      {adoption.state === "ended" && adoption.ending && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 16 }}
          title={t("ending.over", { day: adoption.ending.on })}
          description={adoption.ending.reason}
        />
      )}
      {running && (
        <div role="status" style={{ marginBottom: 16 }}>
          <Progress
            aria-label={t(`adoption.running.${adoption.state === "applying" ? "applying" : "computing"}`)}
            percent={adoption.progress_total > 0 ? Math.floor((adoption.progress_done / adoption.progress_total) * 100) : 0}
            status="active"
          />
          {t(`adoption.running.${adoption.state === "applying" ? "applying" : "computing"}`)} {count(adoption.progress_done)} /{" "}
          {count(adoption.progress_total)}
        </div>
      )}
      {adoption.state === "failed" && <Alert type="error" showIcon title={t("adoption.failed")} description={outcome?.error} />}
      {adoption.state === "computed" && <Alert type="info" showIcon title={t("adoption.computedLead")} style={{ marginBottom: 16 }} />}
      {outcome && outcome.persons !== undefined && (
        <Flex vertical gap={16}>
          <Figures
            items={[
              { label: t("adoption.changed"), value: count(outcome.changed), note: t("adoption.ofPersons", { share: percentOf(outcome.changed, outcome.persons) ?? "—", all: count(outcome.persons) }) },
              { label: t("adoption.gained"), value: count(outcome.gained) },
              { label: t("adoption.lost"), value: count(outcome.lost) },
              { label: t("adoption.difference"), value: difference(outcome.total_after, outcome.total_before), note: `${outcome.total_before} → ${outcome.total_after}` },
            ]}
          />
          <SumTable
            title={t("part.requirements")}
            rows={outcome.requirements}
            rowKey={(row) => row.id}
            columns={[
              { key: "id", title: t("col.requirement"), render: (row) => titles.requirement(row.id) },
              { key: "before", title: t("adoption.metBefore"), render: (row) => count(row.met_before) },
              { key: "after", title: t("adoption.metAfter"), render: (row) => count(row.met_after) },
            ]}
          />
          <SumTable
            title={t("adoption.levels")}
            rows={Object.entries(outcome.levels).flatMap(([ladder, moves]) => Object.entries(moves).map(([move, persons]) => ({ ladder, move, persons })))}
            rowKey={(row) => `${row.ladder} ${row.move}`}
            columns={[
              { key: "move", title: t("col.level"), render: (row) => `${titles.ladder(row.ladder)}: ${called(row.ladder, row.move)}` },
              { key: "persons", title: t("col.persons"), render: (row) => count(row.persons) },
            ]}
          />
          <SumTable
            title={t("part.schools")}
            rows={outcome.by_school}
            rowKey={(row) => row.school_id}
            columns={[{ key: "name", title: t("col.school"), render: (row) => row.name }, ...columns]}
          />
          <SumTable
            title={t("part.grades")}
            rows={outcome.by_grade}
            rowKey={(row) => String(row.grade)}
            columns={[{ key: "grade", title: t("col.grade"), render: (row) => text(`common:grade.${row.grade}`) }, ...columns]}
          />
          <SumTable
            title={t("adoption.largest")}
            rows={outcome.largest_changes}
            rowKey={(row) => row.person_id}
            columns={[
              { key: "person", title: t("col.person"), render: (row) => <Link to={`/persons/${row.person_id}`}>{t("match.openPerson")}</Link> },
              { key: "before", title: t("adoption.before"), render: (row) => <Credit value={row.before} /> },
              { key: "after", title: t("adoption.after"), render: (row) => <Credit value={row.after} /> },
              { key: "difference", title: t("adoption.difference"), render: (row) => difference(row.after, row.before) },
            ]}
          />
        </Flex>
      )}
    </>
  );
}
