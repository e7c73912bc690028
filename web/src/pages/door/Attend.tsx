import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Card, Checkbox, Flex, Result, Skeleton } from "antd";
import { useEffect, useRef, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { useMe } from "@/api/query";
import { presence, type ScansAnswer, type VerdictView } from "@/door/api";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { classesQuery, membersQuery, useOwnClasses, useOwnSchool } from "@/pages/teacher/school";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { useClassName } from "@/ui/names";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime } from "@/ui/time";
import { useAnswerWord } from "./words";

/** Where the code on the guide's screen leads: a student is there, or a teacher says who is; others are told what to do. */
export function Component() {
  const { t } = useTranslation("door");
  const { sessionId = "" } = useParams();
  const [address] = useSearchParams();
  const code = address.get("c") ?? "";
  const me = useMe();
  const teaches = me.grants.some((grant) => grant.role === "teacher" || grant.role === "school_admin");
  const self = me.grants.some((grant) => grant.role === "student");
  return (
    <div style={{ maxWidth: 720 }}>
      <PageTitle>{t("attend.title")}</PageTitle>
      {code === "" && <EmptyState title={t("attend.noCode")} lead={t("attend.noCodeLead")} />}
      {code !== "" && !teaches && !self && <Others guardian={me.grants.some((grant) => grant.role === "guardian")} />}
      {code !== "" && (teaches || self) && (teaches ? <Group session={sessionId} code={code} /> : <Self session={sessionId} code={code} />)}
    </div>
  );
}

/** Who may not say that somebody is there, and how it is done instead. */
function Others({ guardian }: { guardian: boolean }) {
  const { t } = useTranslation("door");
  if (!guardian) return <EmptyState title={t("attend.others")} lead={t("attend.othersLead")} />;
  return (
    <EmptyState title={t("attend.guardian")} lead={t("attend.guardianLead")}>
      <Link to="/student/pass">{t("attend.openPass")}</Link>
    </EmptyState>
  );
}

const useClaim = (session: string, code: string) =>
  useMutation({ mutationFn: (people: string[]) => presence(session, { code, person_ids: people, direction: "in" }) });

function Self({ session, code }: { session: string; code: string }) {
  const { t } = useTranslation("door");
  const claim = useClaim(session, code);
  const { mutate } = claim;
  const asked = useRef(false);
  // At once: a code lives a minute, and whoever opened this page has scanned it.
  useEffect(() => {
    if (!asked.current) mutate([]);
    asked.current = true;
  }, [mutate]);
  if (claim.error) return <ProblemAlert error={claim.error} retry={() => mutate([])} />;
  const verdict = claim.data?.verdicts[0];
  if (!verdict)
    return (
      <Card role="status">
        {t("attend.sending")}
        <Skeleton active title={false} paragraph={{ rows: 2 }} />
      </Card>
    );
  return <Outcome verdict={verdict} />;
}

function Outcome({ verdict }: { verdict: VerdictView }) {
  const { t } = useTranslation("door");
  const word = useAnswerWord();
  const { language } = useLanguage();
  const time = formatTime(verdict.in_at ?? verdict.at, "time", language);
  const said = word(verdict as Parameters<typeof word>[0]);
  const [status, title, lead] =
    verdict.verdict === "accepted"
      ? (["success", t("attend.done"), t("attend.doneLead", { time })] as const)
      : verdict.verdict === "duplicate_of"
        ? (["info", t("attend.again"), t("attend.againLead", { time })] as const)
        : verdict.verdict === "needs_review"
          ? (["warning", t("attend.review"), said] as const)
          : (["error", t("attend.refused"), verdict.reason === "bad_code" ? t("attend.badCode") : said] as const);
  return (
    <div role="status" data-verdict={verdict.verdict} data-reason={verdict.reason}>
      <Result status={status} title={title} subTitle={lead} extra={<Link to="/">{t("attend.home")}</Link>} />
    </div>
  );
}

function Group({ session, code }: { session: string; code: string }) {
  const { t } = useTranslation("door");
  const className = useClassName();
  const school = useOwnSchool();
  const own = useOwnClasses();
  const { data: classes, error, refetch } = useQuery(classesQuery(school.id));
  const [chosen, setChosen] = useState<string>();
  const claim = useClaim(session, code);
  const shown = (classes ?? []).toSorted((a, b) => Number(own.ids.includes(b.id)) - Number(own.ids.includes(a.id)));
  const only = own.ids.length === 1 ? own.ids[0] : undefined;
  const group = chosen ?? only;
  if (claim.data) return <Each answer={claim.data} />;
  return (
    <>
      <p>
        {t("attend.pick")} <Muted>{t("attend.hurry")}</Muted>
      </p>
      <ProblemAlert error={error} retry={refetch} />
      <ProblemAlert error={claim.error} />
      <Flex gap={8} wrap role="group" aria-label={t("attend.whichClass")} style={{ marginBottom: 16 }}>
        {shown.map((one) => (
          <Button key={one.id} type={one.id === group ? "primary" : "default"} aria-pressed={one.id === group} onClick={() => setChosen(one.id)}>
            {className(one.grade, one.name)}
          </Button>
        ))}
      </Flex>
      {group !== undefined && (
        <Members key={group} group={group} busy={claim.isPending} onSend={(people) => claim.mutate(people)} />
      )}
    </>
  );
}

function Members({ group, busy, onSend }: { group: string; busy: boolean; onSend: (people: string[]) => void }) {
  const { t } = useTranslation("door");
  const { data, error, isPending, refetch } = useQuery(membersQuery(group));
  const [left, setLeft] = useState<string[]>([]);
  const people = data ?? [];
  const there = people.filter(({ id }) => !left.includes(id));
  return (
    <Card>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <Skeleton active title={false} paragraph={{ rows: 4 }} />}
      <Checkbox
        checked={there.length === people.length && people.length > 0}
        indeterminate={there.length > 0 && there.length < people.length}
        onChange={(event) => setLeft(event.target.checked ? [] : people.map(({ id }) => id))}
      >
        <strong>{t("attend.all")}</strong>
      </Checkbox>
      <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(130px, 1fr))", gap: 8, margin: "12px 0 16px" }}>
        {people.map((person) => (
          <Checkbox
            key={person.id}
            checked={!left.includes(person.id)}
            onChange={(event) => setLeft(event.target.checked ? left.filter((id) => id !== person.id) : [...left, person.id])}
          >
            {person.name}
          </Checkbox>
        ))}
      </div>
      <Button type="primary" size="large" disabled={there.length === 0} loading={busy} onClick={() => onSend(there.map(({ id }) => id))}>
        {t("attend.send", { count: there.length })}
      </Button>
    </Card>
  );
}

function Each({ answer }: { answer: ScansAnswer }) {
  const { t } = useTranslation("door");
  const word = useAnswerWord();
  const expired = answer.verdicts.length > 0 && answer.verdicts.every((verdict) => verdict.reason === "bad_code");
  if (expired) return <Result status="error" title={t("attend.refused")} subTitle={t("attend.badCode")} />;
  return (
    <Card role="status" title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("attend.result")}</h2>}>
      <ul className="kepu-door-rows" style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {answer.verdicts.map((verdict) => (
          <li key={verdict.scan_id} style={{ padding: "6px 0" }} data-verdict={verdict.verdict}>
            <strong>{verdict.name ?? t("recent.unknown")}</strong> <span>{word(verdict as Parameters<typeof word>[0])}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
