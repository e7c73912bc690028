import { useQuery } from "@tanstack/react-query";
import { Flex, Skeleton, Tag } from "antd";
import { lazy, type ReactNode, Suspense } from "react";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { getQuery, useMe } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { NoShows } from "@/ui/NoShows";
import { useClassName, useKind } from "@/ui/names";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { Panel } from "@/ui/Panel";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { usePolicy } from "@/ui/score/policy";
import { Standing } from "@/ui/score/Standing";
import { type Score, useReasonWords } from "@/ui/score/words";
import { StatusTag } from "@/ui/StatusTag";
import { ChildSwitch, useWhose } from "./whose";

const NextSteps = lazy(() => import("@/ui/score/NextSteps"));

/** My credits, what is missing, what counted last and what is coming up. */
export function Component() {
  const { t } = useTranslation("student");
  const { lang } = useLanguage();
  const className = useClassName();
  const whose = useWhose();
  const id = whose.person?.id ?? "";
  const person = useQuery({ ...getQuery("/api/v1/persons/{id}", { params: { path: { id } } }), enabled: id !== "" });
  const policy = usePolicy({ person: id });
  const score = useQuery({
    ...getQuery("/api/v1/persons/{id}/score", { params: { path: { id }, query: { ...policy.query, lang } } }),
    enabled: policy.ready,
  });
  const now = person.data?.enrolments.find((one) => !one.valid_to) ?? person.data?.enrolments[0];
  if (!whose.person) return <EmptyState title={t("nobody")} lead={t("nobodyLead")} />;
  return (
    <div style={{ maxWidth: 1080 }}>
      <ChildSwitch whose={whose} />
      <PageTitle lead={now && `${now.school_name_zh} · ${className(now.grade, now.class_name)}`} actions={policy.choice}>
        {whose.person.own ? t("home.mine") : t("home.of", { name: whose.person.name })}
      </PageTitle>
      <ProblemAlert error={score.error} retry={score.refetch} />
      {score.isPending && <PageSkeleton rows={10} />}
      {score.data && (
        <>
          <NoShows person={id} />
          <Standing score={score.data} />
          <Suspense fallback={<PageSkeleton />}>
            <NextSteps person={id} lines={score.data.lines} policy={score.data.policy.id} />
          </Suspense>
          <div style={{ display: "grid", gap: 14, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 360px), 1fr))", alignItems: "start" }}>
            <Latest score={score.data} />
            <Coming person={id} grade={now?.grade} />
          </div>
        </>
      )}
    </div>
  );
}

function Part({ title, more, children }: { title: string; more?: { to: string; label: string }; children: ReactNode }) {
  return (
    <Panel>
      <Flex justify="space-between" align="baseline" gap={8} style={{ marginBottom: 8 }}>
        <h2 style={{ margin: 0, fontSize: 17 }}>{title}</h2>
        {more && <Link to={more.to}>{more.label}</Link>}
      </Flex>
      {children}
    </Panel>
  );
}

const LIST = { listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12 } as const;

function Latest({ score }: { score: Score }) {
  const { t } = useTranslation("student");
  const named = useNamed();
  const words = useReasonWords(score.lines);
  const lines = score.lines.toSorted((a, b) => (b.starts_at ?? "").localeCompare(a.starts_at ?? "")).slice(0, 5);
  return (
    <Part title={t("home.latest")} {...(lines.length > 0 && { more: { to: "/student/credits", label: t("home.allLines") } })}>
      {lines.length === 0 && <Muted>{t("credits.empty")}</Muted>}
      <ul style={LIST}>
        {lines.map((line) => (
          <li key={line.record_id}>
            <Flex justify="space-between" gap={8}>
              <span>{named(line.title_zh, line.title_en)}</span>
              <strong>
                <Credit value={line.counted} unit />
              </strong>
            </Flex>
            <Muted block style={{ margin: 0, fontSize: 14 }}>
              <DateTime value={line.starts_at} style="date" /> · {words(line.reasons.at(-1) ?? { text: "" })}
            </Muted>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Coming({ person, grade }: { person: string; grade: number | null | undefined }) {
  const { t } = useTranslation("student");
  const { t: common } = useTranslation();
  const named = useNamed();
  const kind = useKind();
  const { district_id } = useMe();
  const booked = useQuery(
    getQuery("/api/v1/participations", { params: { query: { person, state: "registered,waitlisted", limit: 20 } } }),
  );
  const district = useQuery({
    ...getQuery("/api/v1/districts/{id}", { params: { path: { id: district_id ?? "" } } }),
    enabled: Boolean(district_id),
    staleTime: 60 * 60_000,
  });
  const code = district.data?.code;
  const open = useQuery({
    ...getQuery("/api/v1/public/sessions", {
      params: { query: { limit: 8, ...(code && { district: code }), ...(grade !== null && grade !== undefined && { grade }) } },
    }),
    enabled: code !== undefined || district.isError,
  });
  const mine = new Set(booked.data?.items.map((one) => one.session_id));
  const others = open.data?.items.filter((one) => !mine.has(one.id)) ?? [];
  const search = new URLSearchParams({ ...(grade !== null && grade !== undefined && { grade: String(grade) }) });
  return (
    <>
      {(booked.data?.items.length ?? 0) > 0 && (
        <Part title={t("home.booked")} more={{ to: "/subscriptions", label: common("areas.subscriptions") }}>
          <ul style={LIST}>
            {booked.data?.items.map((one) => (
              <li key={one.id}>
                {named(one.activity_title_zh, one.activity_title_en)} <StatusTag of="participation" state={one.state} />
                <Muted block style={{ margin: 0, fontSize: 14 }}>
                  <DateTime value={one.starts_at} style="weekday" /> <DateTime value={one.starts_at} style="time" /> ·{" "}
                  {named(one.host_name_zh, one.host_name_en)}
                </Muted>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={t("home.coming")} more={{ to: `/calendar?${search}`, label: t("home.calendar") }}>
        <Muted block style={{ margin: "0 0 10px", fontSize: 14 }}>
          {t("home.comingLead")}
        </Muted>
        <ProblemAlert error={open.error} retry={open.refetch} />
        {open.isPending && <Skeleton active title={false} paragraph={{ rows: 5 }} />}
        {open.data && others.length === 0 && <Muted>{t("home.comingNone")}</Muted>}
        <ul style={LIST}>
          {others.slice(0, 6).map((one) => (
            <li key={one.id}>
              <Flex justify="space-between" gap={8} align="start">
                <span>
                  {named(one.title_zh, one.title_en)} <Tag>{kind(one.kind)}</Tag>
                </span>
                <Muted style={{ whiteSpace: "nowrap", fontSize: 14 }}>
                  {one.free_places === null || one.free_places === undefined
                    ? ""
                    : one.free_places > 0
                      ? t("home.places", { count: one.free_places })
                      : t("home.full")}
                </Muted>
              </Flex>
              <Muted block style={{ margin: 0, fontSize: 14 }}>
                <DateTime value={one.starts_at} style="weekday" /> <DateTime value={one.starts_at} style="time" /> ·{" "}
                {named(one.host_name_zh, one.host_name_en)}
              </Muted>
            </li>
          ))}
        </ul>
      </Part>
    </>
  );
}
