import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Input, Radio, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { type FieldError, isProblem } from "@/api/problem";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { today } from "@/ui/time";
import { useApplications } from "../useAll";
import { hundredths, type Round, useDay, useHolder } from "../words";

const Awards = lazy(() => import("./Awards"));

type Ranked = Schemas["RankedView"];
type Choice = "approve" | "refuse" | "later";

/** The order of those who wait for a decision, with the line of the quota, and all decisions at once. */
export function Ranking({ round, runs }: { round: Round; runs: boolean }) {
  const ranking = useQuery(getQuery("/api/v1/rounds/{id}/ranking", { params: { path: { id: round.id } } }));
  if (ranking.isPending) return <PageSkeleton rows={6} />;
  if (!ranking.data) return <ProblemAlert error={ranking.error} retry={ranking.refetch} />;
  return (
    <>
      <Publish round={round} runs={runs} />
      <Suspense>
        <Awards round={round} runs={runs} />
      </Suspense>
      <Decide key={ranking.data.items.map((one) => `${one.application_id}${one.mean}${one.lacks.join()}`).join()} round={round} runs={runs} ranking={ranking.data} />
    </>
  );
}

/** What was approved waits to be published. */
function Publish({ round, runs }: { round: Round; runs: boolean }) {
  const { t } = useTranslation("designations");
  const day = useDay();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const { data } = useApplications({ round_id: round.id });
  const approved = data?.filter((one) => one.state === "approved").length ?? 0;
  const publish = useMutation({
    mutationFn: () => call(api.POST("/api/v1/rounds/{id}/publication", { params: { path: { id: round.id } } })),
    onSuccess: ({ until, items }) => {
      message.success((round.rules.objection_days ?? 7) > 0 ? t("publish.done", { count: items.length, day: day(until) }) : t("publish.doneAtOnce", { count: items.length }));
      return invalidate("/api/v1/rounds", "/api/v1/applications", "/api/v1/published");
    },
  });
  if (approved === 0 || !runs) return <ProblemAlert error={publish.error} />;
  return (
    <>
      <ProblemAlert error={publish.error} />
      <Alert
        type="info"
        showIcon
        style={{ marginBottom: 16 }}
        title={t("publish.waiting", { count: approved })}
        description={(round.rules.objection_days ?? 7) > 0 ? t("publish.days", { count: round.rules.objection_days ?? 7 }) : t("publish.noDays")}
        action={
          <Button type="primary" loading={publish.isPending} onClick={() => publish.mutate()}>
            {t("publish.action")}
          </Button>
        }
      />
    </>
  );
}

function Decide({ round, runs, ranking }: { round: Round; runs: boolean; ranking: Schemas["RankingView"] }) {
  const { t } = useTranslation("designations");
  const text = useText();
  const day = useDay();
  const holder = useHolder();
  const named = useNamed();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const { message, modal } = App.useApp();
  const { items } = ranking;
  const criteria = round.rules.criteria ?? [];
  const open = round.closes_on >= today();
  /** What is proposed: whoever is within is approved, whoever lacks something is refused with that. */
  const proposed = (row: Ranked): { choice: Choice; reason: string } => {
    if (row.within) return { choice: "approve", reason: "" };
    if (row.chance === "pending" || row.chance === "awaits") return { choice: "later", reason: "" };
    const reasons = row.lacks.map((one) => text(`designations:lack.${one}`, {}, one));
    return { choice: "refuse", reason: reasons.length > 0 ? reasons.join(t("join")) : t("decide.overQuota", { place: row.place }) };
  };
  // Only what somebody chose: what is proposed follows the ranking, which a review or a photo may have changed meanwhile.
  const [chosen, setChosen] = useState<ReadonlyMap<string, { choice: Choice; reason: string }>>(new Map());
  const choiceOf = (row: Ranked) => chosen.get(row.application_id) ?? proposed(row);
  const [wrong, setWrong] = useState<FieldError[]>([]);
  const decided = items.filter((row) => choiceOf(row).choice !== "later");
  const decide = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/rounds/{id}/decisions", {
          params: { path: { id: round.id } },
          body: {
            decisions: decided.map((row) => {
              const { choice, reason } = choiceOf(row);
              return { application_id: row.application_id, approve: choice === "approve", reason };
            }),
          },
        }),
      ),
    onMutate: () => setWrong([]),
    onSuccess: ({ items: done }) => {
      message.success(t("decide.done", { count: done.length }));
      return invalidate("/api/v1/rounds", "/api/v1/applications");
    },
    onError: (error) => setWrong(isProblem(error) ? [...error.errors] : []),
  });
  // Who may still turn out to be the best, and for what they wait.
  const pending = [
    ...items
      .filter((row) => row.chance === "pending")
      .map((row) => ({ row, why: row.lacks.map((lack) => text(`designations:lack.${lack}`, {}, lack)).join(t("join")) })),
    ...ranking.unchecked.map((row) => ({ row, why: text(`designations:state.${row.state}`) })),
  ];
  if (items.length === 0) return <EmptyState title={t("ranking.none")} lead={t("ranking.noneLead")} />;
  const set = (row: Ranked, next: Partial<{ choice: Choice; reason: string }>) => {
    setChosen(new Map(chosen).set(row.application_id, { ...choiceOf(row), ...next }));
  };
  const errorOf = (row: Ranked) => wrong.find((one) => one.field === `decisions[${decided.indexOf(row)}].reason`);
  const lastWithin = items.findLastIndex((row) => row.chance === "within" || row.chance === "awaits");
  const tied = (at: number) => at > 0 && items[at]?.mean === items[at - 1]?.mean;
  const ask = () => {
    const approved = decided.filter((row) => choiceOf(row).choice === "approve").length;
    modal.confirm({
      title: t("decide.sure", { count: decided.length }),
      content: t("decide.sureLead", { approved, refused: decided.length - approved, days: round.rules.appeal_days ?? 14 }),
      okText: t("decide.action"),
      cancelText: t("back"),
      onOk: () => decide.mutate(),
    });
  };
  return (
    <>
      <p style={{ marginTop: 0 }}>
        {ranking.quota === null || ranking.quota === undefined
          ? t("ranking.noQuota")
          : t("ranking.quota", { quota: ranking.quota, left: ranking.places_left ?? 0 })}{" "}
        <Muted>{t("ranking.order")}</Muted>
      </p>
      {open && <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("decide.stillOpen", { day: day(round.closes_on) })} />}
      {pending.length > 0 && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 16 }}
          title={t("ranking.pending", { count: pending.length })}
          description={
            <>
              <ul style={{ margin: 0, paddingInlineStart: 20 }}>
                {pending.map(({ row, why }) => (
                  <li key={row.application_id}>
                    <Link to={`/applications/${row.application_id}`}>{holder(row)}</Link> <Muted>{why}</Muted>
                  </li>
                ))}
              </ul>
              {ranking.quota !== null && ranking.quota !== undefined && t("ranking.pendingLead")}
            </>
          }
        />
      )}
      {isProblem(decide.error) && decide.error.code === "places_pending" ? (
        <Alert
          role="alert"
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={t("ranking.kept")}
          description={decide.error.errors.map((one) => one.message).join(t("join"))}
        />
      ) : (
        <ProblemAlert error={decide.error} rest={[]} />
      )}
      <ol aria-label={t("round.tab.ranking")} style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 10 }}>
        {items.map((row, at) => {
          const one = choiceOf(row);
          const error = errorOf(row);
          return (
            <li key={row.application_id}>
              <Card size="small" style={row.within ? { borderColor: "var(--ant-color-success-border)" } : {}}>
                <Flex gap={16} wrap align="start" justify="space-between">
                  <div style={{ flex: "1 1 320px", display: "grid", gap: 4 }}>
                    <Flex gap={8} wrap align="center">
                      <strong className="kepu-numbers">{t("ranking.place", { place: row.place })}</strong>
                      <Link to={`/applications/${row.application_id}`}>{holder(row)}</Link>
                      {row.second_hearing && <Tag color="warning">{t("secondHearing")}</Tag>}
                    </Flex>
                    {criteria.length > 0 && (
                      <span className="kepu-numbers">
                        {t("ranking.mean", { mean: hundredths(row.mean), count: row.reviews })}{" "}
                        <Muted>
                          {row.criteria
                            .map((mean) => {
                              const criterion = criteria.find((two) => two.key === mean.key);
                              return `${named(criterion?.name_zh, criterion?.name_en)} ${hundredths(mean.mean)}/${criterion?.points ?? 0}`;
                            })
                            .join(t("join"))}
                        </Muted>
                      </span>
                    )}
                    <Flex gap={4} wrap>
                      {row.lacks.map((lack) => (
                        <Tag key={lack} color="error" style={{ margin: 0 }}>
                          {text(`designations:lack.${lack}`, {}, lack)}
                        </Tag>
                      ))}
                      {row.chance === "awaits" && (
                        <Tag color="warning" style={{ margin: 0 }}>
                          {t("ranking.awaits")}
                        </Tag>
                      )}
                      {row.chance === "beyond" && <Tag style={{ margin: 0 }}>{t("ranking.beyond")}</Tag>}
                    </Flex>
                    {criteria.length > 0 && tied(at) && <Muted>{t("ranking.tied")}</Muted>}
                  </div>
                  {runs && (
                    <div style={{ flex: "1 1 300px", display: "grid", gap: 8 }}>
                      <Radio.Group
                        optionType="button"
                        aria-label={t("decide.of", { name: holder(row) })}
                        value={one.choice}
                        options={(["approve", "refuse", "later"] as const).map((value) => ({ value, label: t(`decide.${value}`) }))}
                        onChange={(event) => set(row, { choice: event.target.value as Choice })}
                      />
                      {one.choice === "refuse" && (
                        <Input.TextArea
                          aria-label={t("decide.reasonOf", { name: holder(row) })}
                          placeholder={t("decide.reason")}
                          autoSize={{ minRows: 1, maxRows: 5 }}
                          maxLength={2000}
                          value={one.reason}
                          {...(error && { status: "error" as const })}
                          onChange={(event) => set(row, { reason: event.target.value })}
                        />
                      )}
                      {error && (
                        <span role="alert" style={{ color: "var(--ant-color-error-text)" }}>
                          {say.field(error)}
                        </span>
                      )}
                    </div>
                  )}
                </Flex>
              </Card>
              {at === lastWithin && at < items.length - 1 && (
                <p style={{ margin: "10px 0 0", textAlign: "center", borderTop: "2px dashed var(--ant-color-success)", paddingTop: 4 }}>{t("ranking.line")}</p>
              )}
            </li>
          );
        })}
      </ol>
      {runs && (
        <Flex gap={12} wrap align="center" style={{ marginTop: 16 }}>
          <Button type="primary" disabled={open || decided.length === 0} loading={decide.isPending} onClick={ask}>
            {t("decide.all", { count: decided.length })}
          </Button>
          <Muted>{t("decide.lead")}</Muted>
        </Flex>
      )}
    </>
  );
}
