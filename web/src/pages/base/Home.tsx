import { CheckSquareOutlined, RightOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Skeleton } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime, today } from "@/ui/time";
import { addDays, daysSince, mondayOf, weekday } from "./day";
import { useHosts } from "./hosts";
import { reviewCountQuery } from "./reviews/Waiting";

const Figures = lazy(() => import("./Figures"));
const OwnFeed = lazy(() => import("@/pages/programmes/OwnFeed"));

/** The most sessions that are shown at once; the calendar has the others. */
const SHOWN = 8;

export function Component() {
  const { t } = useTranslation("base");
  const hosts = useHosts();
  return (
    <>
      <PageTitle lead={t("home.lead")}>{hosts.length === 1 ? (hosts[0]?.name ?? t("home.title")) : t("home.title")}</PageTitle>
      <div
        style={{
          display: "grid",
          gap: 20,
          gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 420px), 1fr))",
          alignItems: "start",
          marginBottom: 20,
        }}
      >
        <Waits />
        <Soon />
      </div>
      <Suspense fallback={<PageSkeleton rows={6} />}>
        {hosts.map((host) => (
          <Figures key={host.id} host={host} named={hosts.length > 1} />
        ))}
        <OwnFeed hosts={hosts} />
      </Suspense>
    </>
  );
}

/** What waits longest stands first. */
function Waits() {
  const { t } = useTranslation("base");
  const named = useNamed();
  const { language } = useLanguage();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/waiting"));
  const reviews = useQuery(reviewCountQuery);
  const items = data?.items ?? [];
  const people = items.reduce((sum, item) => sum + item.waiting, 0);
  return (
    <Card
      title={<h2 style={{ margin: 0, fontSize: 18 }}>{t("home.waiting")}</h2>}
      extra={people > 0 && <strong className="kepu-numbers">{t("people", { count: people })}</strong>}
    >
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <Skeleton active title={false} paragraph={{ rows: 4 }} />}
      {data && items.length === 0 && reviews.data?.waiting === 0 && <EmptyState title={t("home.nothingWaits")} lead={t("home.nothingWaitsLead")} />}
      <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 14 }}>
        {items.slice(0, SHOWN).map((item, index) => {
          const days = daysSince(item.oldest_recorded_at);
          const title = named(item.activity_title_zh, item.activity_title_en);
          return (
            <li key={item.session_id}>
              <Flex gap={12} align="center" justify="space-between">
                <div style={{ minWidth: 0 }}>
                  <Link to={`/sessions/${item.session_id}`} style={{ fontWeight: 600 }}>
                    {title}
                  </Link>
                  <div className="kepu-numbers">
                    {formatTime(item.starts_at, "datetime", language)} · {t("people", { count: item.waiting })}
                  </div>
                  <Muted>{days === 0 ? t("home.sinceToday") : t("home.since", { count: days })}</Muted>
                </div>
                <Link to={`/sessions/${item.session_id}`} tabIndex={-1} aria-hidden>
                  <Button
                    tabIndex={-1}
                    type={index === 0 ? "primary" : "default"}
                    size="large"
                    icon={<CheckSquareOutlined aria-hidden />}
                  >
                    {t("home.confirm")}
                  </Button>
                </Link>
              </Flex>
            </li>
          );
        })}
      </ul>
      {reviews.data && reviews.data.waiting > 0 && (
        <Flex gap={12} align="center" justify="space-between" wrap style={{ marginTop: items.length > 0 ? 16 : 0 }}>
          <div>
            <strong>{t("home.reviews", { count: reviews.data.waiting })}</strong>
            {reviews.data.overdue > 0 && <Muted block style={{ margin: 0 }}>{t("home.overdue", { count: reviews.data.overdue })}</Muted>}
          </div>
          <Link to="/base/reviews">
            {t("home.toReviews")} <RightOutlined aria-hidden />
          </Link>
        </Flex>
      )}
      {items.length > SHOWN && <Muted block>{t("home.moreWaits", { count: items.length - SHOWN })}</Muted>}
    </Card>
  );
}

/** Today, and what is left of the week. */
function Soon() {
  const { t } = useTranslation("base");
  const named = useNamed();
  const { language } = useLanguage();
  const hosts = useHosts();
  const day = today();
  const sunday = addDays(mondayOf(day), 6);
  const only = hosts.length === 1 ? hosts[0] : undefined;
  const { data, error, isPending, refetch } = useQuery(
    getQuery("/api/v1/sessions", {
      params: { query: { from: day, to: sunday, counts: true, limit: 100, ...(only && { host_id: only.id }) } },
    }),
  );
  const own = new Set(hosts.map((host) => host.id));
  const items = (data?.items ?? []).filter((item) => own.has(item.host_id) && item.status !== "cancelled");
  const onToday = items.filter((item) => new Date(item.starts_at) < new Date(`${addDays(day, 1)}T00:00:00+08:00`));
  const later = items.filter((item) => !onToday.includes(item));
  const list = (rows: typeof items) => (
    <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12 }}>
      {rows.slice(0, SHOWN).map((row) => {
        const coming = row.counts ? row.counts.registered + row.counts.attended + row.counts.recorded + row.counts.confirmed : undefined;
        return (
          <li key={row.id}>
            <Link to={`/sessions/${row.id}`} style={{ fontWeight: 600 }}>
              {named(row.activity_title_zh, row.activity_title_en)}
            </Link>
            <div className="kepu-numbers">
              {rows === later && `${weekday(row.starts_at, language)} `}
              {formatTime(row.starts_at, "time", language)}–{formatTime(row.ends_at, "time", language)}
              {row.place && ` · ${row.place}`}
              {coming !== undefined &&
                ` · ${row.capacity ? t("session.ofCapacity", { coming, capacity: row.capacity }) : t("people", { count: coming })}`}
            </div>
          </li>
        );
      })}
    </ul>
  );
  return (
    <Card
      title={<h2 style={{ margin: 0, fontSize: 18 }}>{t("home.soon")}</h2>}
      extra={
        <Link to="/base/sessions">
          {t("home.calendar")} <RightOutlined aria-hidden />
        </Link>
      }
    >
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <Skeleton active title={false} paragraph={{ rows: 4 }} />}
      {data && (
        <>
          <h3 style={{ margin: "0 0 8px", fontSize: 15 }}>
            {t("home.today")} <Muted>{formatTime(day, "weekday", language)}</Muted>
          </h3>
          {onToday.length === 0 ? <Muted block style={{ margin: 0 }}>{t("home.noneToday")}</Muted> : list(onToday)}
          <h3 style={{ margin: "20px 0 8px", fontSize: 15 }}>{t("home.week")}</h3>
          {later.length === 0 ? <Muted block style={{ margin: 0 }}>{t("home.noneWeek")}</Muted> : list(later)}
        </>
      )}
    </Card>
  );
}
