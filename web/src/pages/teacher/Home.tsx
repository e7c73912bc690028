import { CheckSquareOutlined, StarFilled, StarOutlined } from "@ant-design/icons";
import { useQueries, useQuery } from "@tanstack/react-query";
import { Button, Flex, Skeleton, theme } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery, useMe } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { Bar } from "@/ui/Bar";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { useClassName } from "@/ui/names";
import { PageTitle } from "@/ui/PageTitle";
import { Panel } from "@/ui/Panel";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { usePolicy } from "@/ui/score/policy";
import { today } from "@/ui/time";
import { meetsAll } from "./requirement";
import { classesQuery, classScoresQuery, type SchoolClass, type Summary, useOwnClasses, useOwnSchool } from "./school";
import { StudentBars } from "./StudentBars";
import "./teacher.css";

export function Component() {
  const { t } = useTranslation("teacher");
  const school = useOwnSchool();
  const navigate = useNavigate();
  return (
    <>
      <PageTitle
        lead={school.name}
        actions={
          <Button type="primary" size="large" icon={<CheckSquareOutlined />} onClick={() => void navigate("/teacher/record")}>
            {t("menu.record")}
          </Button>
        }
      >
        {t("home.title")}
      </PageTitle>
      <Today school={school.id} />
      <Classes school={school.id} />
    </>
  );
}

const HEADING = { fontSize: 18, margin: "28px 0 12px" } as const;

type Listed = Schemas["ListedParticipation"];

/** Participations of one session together. */
function bySession(items: Listed[]): Listed[][] {
  const groups = new Map<string, Listed[]>();
  for (const one of items) groups.set(one.session_id, [...(groups.get(one.session_id) ?? []), one]);
  return [...groups.values()];
}

function Today({ school }: { school: string }) {
  const { t } = useTranslation("teacher");
  const { account_id } = useMe();
  const named = useNamed();
  const mine = { recorded_by: account_id, limit: 200 } as const;
  const rejected = useQuery(
    getQuery("/api/v1/participations", { params: { query: { ...mine, state: "rejected", sort: "-entered" } } }),
  );
  const waiting = useQuery(
    getQuery("/api/v1/participations", { params: { query: { ...mine, state: "recorded,attended", sort: "entered" } } }),
  );
  const returned = useQuery(
    getQuery("/api/v1/results", { params: { query: { state: "returned", submitted_by: account_id, limit: 20 } } }),
  );
  const from = today();
  const soon = useQuery({
    ...getQuery("/api/v1/sessions", { params: { query: { guests_of: school, from, limit: 4, counts: true } } }),
    enabled: school !== "",
  });
  const own = useQuery({
    ...getQuery("/api/v1/sessions", { params: { query: { host_id: school, from, limit: 4, counts: true } } }),
    enabled: school !== "",
  });
  const sessions = [...new Map([...(soon.data?.items ?? []), ...(own.data?.items ?? [])].map((one) => [one.id, one])).values()]
    .filter((one) => one.status !== "cancelled")
    .toSorted((a, b) => a.starts_at.localeCompare(b.starts_at))
    .slice(0, 4);
  const rejections = bySession(rejected.data?.items ?? []);
  const waits = bySession(waiting.data?.items ?? []).toSorted((a, b) => (a[0]?.starts_at ?? "").localeCompare(b[0]?.starts_at ?? ""));
  const error = rejected.error ?? waiting.error ?? returned.error ?? soon.error;
  const count = (query: { data?: { items: unknown[]; next_cursor?: string | null } | undefined }) =>
    query.data ? `${query.data.items.length}${query.data.next_cursor ? "+" : ""}` : "";

  return (
    <section aria-labelledby="today">
      <h2 id="today" style={HEADING}>
        {t("home.today")}
      </h2>
      <ProblemAlert error={error} retry={() => void rejected.refetch()} />
      <div style={{ display: "grid", gap: 14, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 270px), 1fr))" }}>
        <Todo title={t("home.rejected")} count={count(rejected)} busy={rejected.isPending} none={t("home.rejectedNone")} more="/teacher/records?state=rejected" urgent>
          {rejections.slice(0, 3).map(([first, ...others]) =>
            first && (
              <Line key={first.session_id} to={`/teacher/records?state=rejected&session=${first.session_id}`} title={named(first.activity_title_zh, first.activity_title_en)}>
                <DateTime value={first.starts_at} style="weekday" /> ·{" "}
                {others.length > 0 ? t("home.persons", { count: others.length + 1 }) : first.name}
                {first.reason && ` · ${first.reason}`}
              </Line>
            ),
          )}
        </Todo>
        <Todo title={t("home.returned")} count={count(returned)} busy={returned.isPending} none={t("home.returnedNone")} more="/teacher/results?state=returned" urgent>
          {returned.data?.items.slice(0, 3).map((one) => (
            <Line key={one.id} to={`/teacher/results/${one.id}`} title={`${one.person_name} · ${one.competition_name_zh}`}>
              {one.reason}
            </Line>
          ))}
        </Todo>
        <Todo title={t("home.soon")} busy={soon.isPending} none={t("home.soonNone")}>
          {sessions.map((one) => (
            <Line key={one.id} to={`/sessions/${one.id}`} title={named(one.activity_title_zh, one.activity_title_en)}>
              <DateTime value={one.starts_at} style="weekday" /> <DateTime value={one.starts_at} style="time" /> ·{" "}
              {named(one.host_name_zh, one.host_name_en)}
            </Line>
          ))}
        </Todo>
        <Todo title={t("home.waiting")} count={count(waiting)} busy={waiting.isPending} none={t("home.waitingNone")} more="/teacher/records?state=recorded,attended">
          {waits.slice(0, 3).map(([first, ...others]) =>
            first && (
              <Line key={first.session_id} to={`/teacher/records?state=recorded,attended&session=${first.session_id}`} title={named(first.activity_title_zh, first.activity_title_en)}>
                <DateTime value={first.starts_at} style="date" /> · {t("home.persons", { count: others.length + 1 })} ·{" "}
                {t("home.waitsFor", { host: named(first.host_name_zh, first.host_name_en) })}
              </Line>
            ),
          )}
        </Todo>
      </div>
    </section>
  );
}

interface TodoProps {
  title: string;
  count?: string;
  busy: boolean;
  none: string;
  more?: string;
  urgent?: boolean;
  children: ReactNode;
}

function Todo({ title, count, busy, none, more, urgent, children }: TodoProps) {
  const { t } = useTranslation("teacher");
  const { token } = theme.useToken();
  const list = Array.isArray(children) ? children : [];
  const some = list.length > 0;
  return (
    <Panel style={some && urgent ? { borderColor: token.colorWarningBorder } : {}}>
      <Flex vertical style={{ height: "100%" }}>
        <Flex justify="space-between" align="baseline" gap={8} style={{ marginBottom: 8 }}>
          <h3 style={{ margin: 0, fontSize: 15.5 }}>{title}</h3>
          {some && count !== undefined && (
            <strong className="kepu-numbers" style={{ fontSize: 20, ...(urgent && { color: token.colorWarning }) }}>
              {count}
            </strong>
          )}
        </Flex>
        {busy ? (
          <Skeleton active title={false} paragraph={{ rows: 3 }} />
        ) : some ? (
          <ul className="kepu-stack">{children}</ul>
        ) : (
          <Muted>{none}</Muted>
        )}
        {some && more && (
          <Link to={more} style={{ marginTop: "auto", paddingTop: 10 }} aria-label={`${t("home.all")}: ${title}`}>
            {t("home.all")}
          </Link>
        )}
      </Flex>
    </Panel>
  );
}

function Line({ to, title, children }: { to: string; title: string; children: ReactNode }) {
  return (
    <li>
      <Link to={to} style={{ display: "inline-block", padding: "2px 0" }}>
        {title}
      </Link>
      <Muted block style={{ margin: 0, fontSize: 13.5 }}>
        {children}
      </Muted>
    </li>
  );
}

function Classes({ school }: { school: string }) {
  const { t } = useTranslation("teacher");
  const { lang } = useLanguage();
  const own = useOwnClasses();
  const { data: classes, error, isPending, refetch } = useQuery(classesQuery(school));
  const { t: common } = useTranslation();
  const policy = usePolicy();
  const { data: report } = useQuery({
    ...getQuery("/api/v1/reports/credits", {
      params: { query: { level: "school", school, group: "requirement", ...policy.query, lang } },
    }),
    enabled: school !== "" && policy.ready,
    staleTime: 5 * 60_000,
  });
  const [everyone, setEveryone] = useState(false);
  const mine = classes?.filter(({ id }) => own.ids.includes(id)) ?? [];
  const shown = mine.length > 0 && !everyone ? mine : (classes ?? []).toSorted((a, b) => Number(own.ids.includes(b.id)) - Number(own.ids.includes(a.id)));
  const [many, setMany] = useState(false);
  const listed = many ? shown : shown.slice(0, 16);
  const scores = useQueries({ queries: listed.map((one) => ({ ...classScoresQuery(one.id, policy), staleTime: 60_000 })) });
  const titles = Object.fromEntries((report?.requirements ?? []).map((one) => [one.id, one.title]));
  const [open, setOpen] = useState<string>();
  const opened = open ?? (mine.length > 0 ? mine[0]?.id : undefined);

  return (
    <section aria-labelledby="classes">
      <Flex justify="space-between" align="baseline" wrap gap={8}>
        <h2 id="classes" style={HEADING}>
          {t("home.classes")} {policy.meant?.illustrative && <Muted style={{ fontSize: 13, fontWeight: 400 }}>{common("score.illustrative")}</Muted>}
        </h2>
        {policy.choice}
        {mine.length > 0 && classes && mine.length < classes.length && (
          <Button type="link" onClick={() => setEveryone(!everyone)}>
            {everyone ? t("home.onlyMine") : t("home.allClasses", { count: classes.length })}
          </Button>
        )}
      </Flex>
      <ProblemAlert error={error} retry={refetch} />
      <Panel>
        {isPending && <Skeleton active title={false} paragraph={{ rows: 6 }} />}
        {classes?.length === 0 && <Muted>{t("record.noClassesLead")}</Muted>}
        {classes && classes.length > 0 && own.ids.length === 0 && (
          <Muted block style={{ margin: "0 0 6px" }}>
            {t("home.pinHint")}
          </Muted>
        )}
        <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {listed.map((one, at) => (
            <ClassRow
              key={one.id}
              group={one}
              scores={scores[at]?.data}
              titles={titles}
              open={opened === one.id}
              onOpen={() => setOpen(opened === one.id ? "" : one.id)}
              pinned={own.ids.includes(one.id)}
              onPin={() => own.toggle(one.id)}
            />
          ))}
        </ul>
        {shown.length > listed.length && (
          <Button type="link" onClick={() => setMany(true)}>
            {t("home.moreClasses", { count: shown.length - listed.length })}
          </Button>
        )}
      </Panel>
    </section>
  );
}

interface RowProps {
  group: SchoolClass;
  scores: Summary[] | undefined;
  titles: Record<string, string>;
  open: boolean;
  onOpen: () => void;
  pinned: boolean;
  onPin: () => void;
}

function ClassRow({ group, scores, titles, open, onOpen, pinned, onPin }: RowProps) {
  const { t } = useTranslation("teacher");
  const className = useClassName();
  const { token } = theme.useToken();
  const name = className(group.grade, group.name);
  const judged = scores?.filter((one) => meetsAll(one) !== undefined) ?? [];
  const met = judged.filter((one) => meetsAll(one)).length;
  const short = judged.length - met;
  return (
    <li>
      <div className="kepu-class-row">
        <span>
          <Button
            type="text"
            size="small"
            aria-pressed={pinned}
            aria-label={t(pinned ? "home.unpin" : "home.pin", { name })}
            icon={pinned ? <StarFilled style={{ color: token.colorWarning }} /> : <StarOutlined />}
            onClick={onPin}
          />{" "}
          <Link to={`/classes/${group.id}`}>{name}</Link>
        </span>
        <span>
          {scores === undefined ? (
            <Skeleton.Input active size="small" style={{ height: 10 }} />
          ) : (
            judged.length > 0 && <Bar share={met / judged.length} label={t("home.metOf", { met, all: judged.length })} plain />
          )}
        </span>
        <Muted>
          {scores === undefined ? "" : judged.length === 0 ? t("home.notJudged") : t("home.metOf", { met, all: judged.length })}
        </Muted>
        <Button size="small" type={open ? "default" : "text"} aria-expanded={open} disabled={judged.length === 0} onClick={onOpen} aria-label={`${name}: ${t("home.short", { count: short })}`}>
          {short > 0 ? t("home.short", { count: short }) : t("home.allMet")}
        </Button>
      </div>
      {open && scores && judged.length > 0 && (
        <div style={{ padding: "14px 6px 18px" }}>
          <StudentBars key={group.id} scores={judged} titles={titles} />
        </div>
      )}
    </li>
  );
}
