import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Col, Flex, Row, Statistic, Tag, Typography } from "antd";
import { lazy, type ReactNode, Suspense } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { usePolicy } from "@/ui/score/policy";
import { percent } from "@/ui/share";
import { StatusTag } from "@/ui/StatusTag";
import { today } from "@/ui/time";
import { ClassFigures, Share } from "./ClassFigures";
import { SchoolSwitch, useSchool } from "./useSchool";
import { schoolYearOf, useSchoolYear } from "./words";

const OwnFeed = lazy(() => import("@/pages/programmes/OwnFeed"));

/** A list that is long says "200+". */
const MANY = 200;
/** Links within a sentence. */
const UNDERLINED = { textDecoration: "underline" };

export function Component() {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const school = useSchool();
  return (
    <>
      <PageTitle lead={t("home.lead")} actions={<SchoolSwitch />}>
        {school.name}
      </PageTitle>
      <Row gutter={[16, 16]}>
        <Col xs={24} lg={14}>
          <Waiting />
        </Col>
        <Col xs={24} lg={10}>
          <Roster />
        </Col>
        <Col span={24}>
          <Figures />
        </Col>
      </Row>
      <Suspense>
        <OwnFeed hosts={[school]} />
      </Suspense>
      <Link to="/subscriptions" style={{ ...UNDERLINED, display: "inline-block", paddingBlock: 6 }}>
        {common("areas.subscriptions")}
      </Link>
    </>
  );
}

function Heading({ children }: { children: ReactNode }) {
  return <h2 style={{ margin: 0, fontSize: 17 }}>{children}</h2>;
}

/** What needs somebody of the school today. */
function Waiting() {
  const { t } = useTranslation("school");
  const named = useNamed();
  const { id } = useSchool();
  const waiting = useQuery(getQuery("/api/v1/waiting", { params: { query: { host: id } } }));
  const rejected = useQuery(
    getQuery("/api/v1/participations", { params: { query: { school: id, state: "rejected", limit: MANY } } }),
  );
  const returned = useQuery(getQuery("/api/v1/results", { params: { query: { school_id: id, state: "returned", limit: MANY } } }));
  const submitted = useQuery(getQuery("/api/v1/results", { params: { query: { school_id: id, state: "submitted", limit: MANY } } }));

  const sessions = waiting.data?.items ?? [];
  const persons = sessions.reduce((sum, one) => sum + one.waiting, 0);
  const count = (page: { items: unknown[]; next_cursor?: string | null } | undefined) =>
    page ? `${page.items.length}${page.next_cursor ? "+" : ""}` : "…";
  const lines = [
    {
      key: "confirm",
      to: "/school/confirm",
      title: t("home.confirm"),
      value: waiting.data ? String(persons) : "…",
      urgent: persons > 0,
      lead: sessions[0] && (
        <>
          {t("home.longest")} <Link to={`/sessions/${sessions[0].session_id}`} style={UNDERLINED}>{named(sessions[0].activity_title_zh, sessions[0].activity_title_en)}</Link>{" "}
          <DateTime value={sessions[0].starts_at} style="date" />
        </>
      ),
    },
    {
      key: "rejected",
      to: "/school/records?state=rejected",
      title: t("home.rejected"),
      value: count(rejected.data),
      urgent: false,
      lead: t("home.rejectedLead"),
    },
    {
      key: "returned",
      to: "/school/results?state=returned",
      title: t("home.returned"),
      value: count(returned.data),
      urgent: (returned.data?.items.length ?? 0) > 0,
      lead: t("home.returnedLead"),
    },
    {
      key: "submitted",
      to: "/school/results?state=submitted",
      title: t("home.submitted"),
      value: count(submitted.data),
      urgent: false,
      lead: t("home.submittedLead"),
    },
  ];
  return (
    <Card title={<Heading>{t("home.waiting")}</Heading>} style={{ height: "100%" }}>
      <ProblemAlert error={waiting.error ?? rejected.error ?? returned.error ?? submitted.error} />
      <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 14 }}>
        {lines.map((line) => (
          <li key={line.key}>
            <Flex gap={12} align="baseline" justify="space-between">
              <div>
                <Link to={line.to}>
                  <strong>{line.title}</strong>
                </Link>
                <div>
                  <Typography.Text type="secondary">{line.lead}</Typography.Text>
                </div>
              </div>
              <Tag color={line.urgent ? "warning" : "default"} className="kepu-numbers" style={{ fontSize: 16, padding: "2px 10px", margin: 0 }}>
                {line.value}
              </Tag>
            </Flex>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Roster() {
  const { t } = useTranslation("school");
  const { id } = useSchool();
  const navigate = useNavigate();
  const yearName = useSchoolYear();
  const classes = useQuery(getQuery("/api/v1/classes", { params: { query: { school: id, limit: MANY } } }));
  const imports = useQuery(getQuery("/api/v1/roster/imports", { params: { query: { school: id, limit: 1 } } }));
  const year = classes.data?.items[0]?.school_year;
  const current = (classes.data?.items ?? []).filter((one) => one.school_year === year);
  const now = schoolYearOf(today());
  const last = imports.data?.items[0];
  return (
    <Card
      title={<Heading>{t("home.roster")}</Heading>}
      style={{ height: "100%" }}
      extra={<Link to="/school/imports">{t("home.import")}</Link>}
    >
      <ProblemAlert error={classes.error ?? imports.error} />
      {classes.isPending && <PageSkeleton rows={3} />}
      {classes.data && year === undefined && (
        <EmptyState title={t("home.noRoster")} lead={t("home.noRosterLead")}>
          <Button type="primary" onClick={() => navigate("/school/imports")}>
            {t("home.import")}
          </Button>
        </EmptyState>
      )}
      {year !== undefined && (
        <>
          {year < now && (
            <Alert
              type="warning"
              showIcon
              style={{ marginBottom: 16 }}
              title={t("home.oldYear", { year: yearName(year) })}
              description={<Link to="/school/promotion">{t("home.promote")}</Link>}
            />
          )}
          <Flex gap={32} wrap style={{ marginBottom: 12 }}>
            <Statistic title={t("home.schoolYear")} value={yearName(year)} styles={{ content: { fontSize: 20 } }} />
            <Statistic title={t("home.classes")} value={current.length} styles={{ content: { fontSize: 20 } }} />
            <Statistic
              title={t("home.persons")}
              value={current.reduce((sum, one) => sum + one.persons, 0)}
              styles={{ content: { fontSize: 20 } }}
            />
          </Flex>
          {imports.data &&
            (last ? (
              <div>
                {t("home.lastImport")} <Link to={`/school/imports/${last.id}`} style={UNDERLINED}>{last.file_name}</Link>{" "}
                <StatusTag of="import" state={last.state} /> <DateTime value={last.created_at} style="date" />
              </div>
            ) : (
              <Typography.Text type="secondary">{t("home.noImport")}</Typography.Text>
            ))}
        </>
      )}
    </Card>
  );
}

function Figures() {
  const { t } = useTranslation("school");
  const { lang } = useLanguage();
  const { id } = useSchool();
  const policy = usePolicy();
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/reports/credits", {
      params: { query: { school: id, level: "school", group: "requirement,class", ...policy.query, lang } },
    }),
    enabled: policy.ready,
  });
  const report = data as Schemas["CreditsReport"] | undefined;
  const totals = report?.totals;
  return (
    <Card
      title={<Heading>{t("home.figures")}</Heading>}
      extra={
        <Flex gap={12} wrap align="center">
          {policy.choice}
          <Link to={`/school/report${policy.policy ? `?policy=${policy.policy}` : ""}`}>{t("home.report")}</Link>
        </Flex>
      }
    >
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <PageSkeleton />}
      {report && totals && (
        <>
          {report.policy.illustrative && <Alert type="info" title={t("report.illustrative")} style={{ marginBottom: 16 }} />}
          <Row gutter={[24, 16]} style={{ marginBottom: 20 }}>
            <Col xs={12} md={6}>
              <Statistic title={t("figures.participation")} value={percent(totals.participation)} />
              <Typography.Text type="secondary">
                {t("figures.ofEnrolled", { participants: totals.participants, enrolled: totals.enrolled })}
              </Typography.Text>
            </Col>
            <Col xs={12} md={6}>
              <Statistic title={t("figures.perPerson")} value={totals.credits_per_enrolled ?? "—"} />
            </Col>
            <Col xs={24} md={12}>
              <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 8 }}>
                {report.requirements?.map((one) => (
                  <li key={one.id}>
                    <Flex justify="space-between" gap={8} wrap>
                      <span>{one.title}</span>
                      <Typography.Text type="secondary">{t("figures.metShort", { met: one.met, short: one.short })}</Typography.Text>
                    </Flex>
                    <Share share={one.met_share} label={one.title} />
                  </li>
                ))}
              </ul>
            </Col>
          </Row>
          {report.by_class && report.by_class.length > 0 && (
            <ClassFigures classes={report.by_class} requirements={report.requirements ?? []} which={policy.query} />
          )}
        </>
      )}
    </Card>
  );
}
