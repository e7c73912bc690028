import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link, useNavigate } from "react-router";
import { getQuery, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { today } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import { type Round, type Scheme, useDay, useHolder, useRuns } from "../words";

const OpenRound = lazy(() => import("./OpenRound"));

const HEADING = { fontSize: 18, margin: "28px 0 12px" };

/** What the authority runs: what is late, its rounds, its schemes. */
export function Component() {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const day = useDay();
  const runs = useRuns();
  const navigate = useNavigate();
  const me = useMe();
  const makes = me.grants.some((grant) => ["district_official", "city_official", "platform_admin"].includes(grant.role));
  const [address] = useAddress("scheme");
  const [opening, setOpening] = useState<Scheme>();
  const schemes = useQuery(getQuery("/api/v1/schemes", { params: { query: { limit: 200 } } }));
  const now = today();
  const stands = (row: Round) => {
    if (row.closes_on < row.opens_on) return <Tag color="processing">{t("rounds.closed")}</Tag>;
    if (row.opens_on > now) return <Tag>{t("rounds.toCome")}</Tag>;
    return row.closes_on >= now ? <Tag color="success">{t("rounds.open")}</Tag> : <Tag color="processing">{t("rounds.closed")}</Tag>;
  };
  const days = (row: Round) => (row.closes_on < row.opens_on ? day(row.opens_on) : `${day(row.opens_on)} – ${day(row.closes_on)}`);
  const all = schemes.data?.items ?? [];
  return (
    <>
      <PageTitle
        lead={t("rounds.lead")}
        actions={
          makes && (
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => navigate("/schemes/new")}>
              {t("scheme.new")}
            </Button>
          )
        }
      >
        {t("rounds.title")}
      </PageTitle>
      <Late />
      <h2 style={{ ...HEADING, marginTop: 12 }}>{t("scheme.many")}</h2>
      <ProblemAlert error={schemes.error} retry={schemes.refetch} />
      {schemes.data && all.length === 0 && <EmptyState title={t("scheme.none")} lead={t("scheme.noneLead")} />}
      <ul style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 12, gridTemplateColumns: "repeat(auto-fill, minmax(280px, 1fr))" }}>
        {all.map((row) => (
          <li key={row.id}>
            <Card
              size="small"
              style={{ height: "100%", ...(address.scheme === row.id && { borderColor: "var(--ant-color-primary)" }) }}
              title={<Link to={`/schemes/${row.id}`}>{named(row.name_zh, row.name_en)}</Link>}
            >
              <SchemeFacts row={row} />
              {runs(row.authority_id) && (
                <Flex gap={8} wrap style={{ marginTop: 10 }}>
                  {row.rules ? (
                    <Button size="small" type="primary" ghost aria-label={`${t("round.open")}: ${row.name_zh}`} onClick={() => setOpening(row)}>
                      {t("round.open")}
                    </Button>
                  ) : (
                    <Button size="small" onClick={() => navigate(`/schemes/${row.id}`)}>
                      {t("scheme.giveRules")}
                    </Button>
                  )}
                </Flex>
              )}
            </Card>
          </li>
        ))}
      </ul>
      <h2 style={HEADING}>{t("round.many")}</h2>
      <DataTable
        name="rounds"
        label={t("round.many")}
        source={(page, chosen: Record<"scheme", string | undefined>) =>
          getQuery("/api/v1/rounds", { params: { query: { ...page, ...(chosen.scheme && { scheme_id: chosen.scheme }) } } })
        }
        rowKey={(row) => row.id}
        filters={[
          { name: "scheme", kind: "select", label: t("scheme.one"), width: 220, options: all.map((one) => ({ value: one.id, label: named(one.name_zh, one.name_en) })) },
        ]}
        empty={<EmptyState title={t("round.none")} lead={t("round.noneLead")} />}
        columns={[
          {
            key: "name",
            title: t("round.one"),
            fixed: true,
            render: (row) => <Link to={`/rounds/${row.id}`}>{named(row.name_zh, row.name_en)}</Link>,
            csv: (row) => row.name_zh,
          },
          { key: "scheme", title: t("scheme.one"), render: (row) => named(row.scheme_name_zh, row.scheme_name_en), csv: (row) => row.scheme_name_zh },
          { key: "authority", title: t("round.authority"), render: (row) => named(row.authority_name_zh, row.authority_name_en), csv: (row) => named(row.authority_name_zh, row.authority_name_en) },
          { key: "days", title: t("round.days"), render: (row) => <span className="kepu-numbers">{days(row)}</span>, csv: days },
          { key: "state", title: t("round.stands"), render: stands },
        ]}
      />
      <Suspense>{opening && <OpenRound scheme={opening} onClose={() => setOpening(undefined)} />}</Suspense>
    </>
  );
}

function SchemeFacts({ row }: { row: Scheme }) {
  const { t } = useTranslation("designations");
  if (!row.rules) return <Muted>{t("scheme.withoutRules")}</Muted>;
  const { rules } = row;
  const facts = [
    t("scheme.facts.questions", { count: rules.form.fields.length }),
    t("scheme.facts.criteria", { count: rules.criteria?.length ?? 0 }),
    rules.quota ? t("scheme.facts.quota", { count: rules.quota }) : t("scheme.facts.noQuota"),
    rules.validity.kind === "months" ? t("scheme.facts.months", { count: rules.validity.months }) : t(`validity.${rules.validity.kind}`),
  ];
  return <Muted>{facts.join(t("join"))}</Muted>;
}

/** Links within sentences: in the dark, their colour alone does not tell them from the text. */
const UNDERLINED = { textDecoration: "underline" };

/** So many of what is late are shown at first. */
const MOST = 10;

/** What should have been done by now. */
function Late() {
  const { t } = useTranslation("designations");
  const [all, setAll] = useState(false);
  const text = useText();
  const holder = useHolder();
  const { data, error, refetch } = useQuery(getQuery("/api/v1/late"));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  const count = data ? data.applications.length + data.assessments.length : 0;
  if (!data || count === 0) return null;
  const applications = all ? data.applications : data.applications.slice(0, MOST);
  const assessments = all ? data.assessments : data.assessments.slice(0, MOST - applications.length);
  return (
    <Card size="small" title={<h2 style={{ fontSize: 16, margin: 0 }}>{t("late.titleOf", { count })}</h2>} style={{ borderColor: "var(--ant-color-error)" }}>
      <ul style={{ margin: 0, paddingInlineStart: 18, display: "grid", gap: 6 }}>
        {applications.map(({ application, next }) => (
          <li key={application.id}>
            <Link to={`/applications/${application.id}`} style={UNDERLINED}>{holder(application)}</Link> {text(`designations:next.${next.step}`, {}, next.step)}
            {t("late.due")} <DateTime value={next.due} style="date" /> <Tag color="error">{t("lateBy", { count: next.late_by ?? 0 })}</Tag>
          </li>
        ))}
        {assessments.map((one) => (
          <li key={`${one.designation_id}-${one.year}`}>
            <Link to={`/designations/${one.designation_id}`} style={UNDERLINED}>{one.organization_name_zh}</Link> {t("late.assessment", { year: one.year })}
            {t("late.due")} <DateTime value={one.due} style="date" />
          </li>
        ))}
      </ul>
      {applications.length + assessments.length < count && (
        <Button type="link" style={{ padding: 0, marginTop: 8 }} onClick={() => setAll(true)}>
          {t("late.all", { count })}
        </Button>
      )}
    </Card>
  );
}
