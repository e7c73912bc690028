import { FilePdfOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Form, Input, InputNumber, Radio, Tag, Timeline as Line } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link, useParams } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { FormModal } from "@/pages/district/FormModal";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { useSaveFile } from "@/ui/saveFile";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { today } from "@/ui/time";
import { StateTag } from "../StateTag";
import { useRequired } from "../scheme/useRequired";
import { lasting } from "../lasting";
import { useDay, useHolder, useReads, useRuns } from "../words";

const Change = lazy(() => import("./Change"));
const Dates = lazy(() => import("./Dates"));
const Keep = lazy(() => import("./Keep"));
const Renew = lazy(() => import("./Renew"));
const Renewals = lazy(() => import("./Renewals"));

type Standing = Schemas["DesignationStanding"];
type Asked = "suspend" | "lift" | "revoke" | "keep" | "renew" | "assess" | "dates";

const TITLE = { fontSize: 17, margin: 0 };

/** A designation: what it is today, what became of it, and what may be done about it. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("designations");
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/designations/{id}/standing", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton rows={8} />;
  if (!data)
    return (
      <>
        <PageTitle>{t("held.one")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  return <One standing={data} />;
}

function One({ standing }: { standing: Standing }) {
  const { t } = useTranslation("designations");
  const text = useText();
  const me = useMe();
  const day = useDay();
  const holder = useHolder();
  const runs = useRuns();
  const reads = useReads();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const papers = useSaveFile();
  const [asked, setAsked] = useState<Asked>();
  const { designation: row } = standing;
  const scheme = useQuery(getQuery("/api/v1/schemes/{id}", { params: { path: { id: row.scheme_id } } }));
  const may = scheme.data !== undefined && runs(scheme.data.authority_id);
  // Who keeps the district's register mends the dates, whoever granted it.
  const mends = me.grants.some((grant) => grant.role === "platform_admin" || (grant.role === "district_official" && grant.district_id === row.district_id));
  const over = standing.standing === "revoked" || standing.standing === "expired";
  const now = today();
  // Undone ones are none.
  const suspensions = row.suspensions.filter((one) => one.from !== one.lifted_from);
  const suspension = lasting(row, now);
  const inWindow = Boolean(standing.renewal_from && standing.renewal_to && standing.renewal_from <= now && now <= standing.renewal_to);
  const renewable = inWindow && !row.revoked_from && standing.standing !== "suspended" && (!suspension || Boolean(suspension.lifted_from));
  const speaks = me.grants.some((grant) => (grant.role === "school_admin" || grant.role === "base_admin") && grant.organization_id === row.organization_id);
  const done = () => {
    setAsked(undefined);
    message.success(t("saved"));
    void invalidate("/api/v1/designations", "/api/v1/organizations", "/api/v1/register", "/api/v1/late", "/api/v1/renewals");
  };
  const close = () => setAsked(undefined);
  const facts: [string, React.ReactNode][] = [
    [t("held.number"), <Link key="number" to={`/register/${encodeURIComponent(row.number)}`}>{row.number}</Link>],
    [t("held.days"), row.valid_to ? `${day(row.valid_from)} – ${day(row.valid_to)}` : t("held.since", { day: day(row.valid_from) })],
    ...(row.level ? [[t("award.level"), text(`public:level.${row.level}`, {}, row.level)] as [string, string]] : []),
    ...(row.source ? [[t("award.source"), row.source] as [string, string]] : []),
    ...(suspensions.length > 0
      ? [
          [
            t("held.suspensions"),
            suspensions
              .map((one) => (one.lifted_from ? t("held.fromTo", { from: day(one.from), to: day(one.lifted_from) }) : t("held.since", { day: day(one.from) })))
              .join(t("join")),
          ] as [string, string],
        ]
      : []),
    ...(row.revoked_from ? [[t("verify.revokedFrom"), day(row.revoked_from)] as [string, string]] : []),
    ...(standing.renewal_from && standing.renewal_to ? [[t("held.renewal"), `${day(standing.renewal_from)} – ${day(standing.renewal_to)}`] as [string, string]] : []),
  ];
  return (
    <>
      <PageTitle
        before={<StateTag state={standing.standing} />}
        lead={row.scheme_name_zh}
        actions={
          <>
            {may && !over && (!suspension || Boolean(suspension.lifted_from)) && !row.revoked_from && <Button onClick={() => setAsked("suspend")}>{t("held.suspend")}</Button>}
            {may && suspension && !row.revoked_from && (
              <Button type="primary" onClick={() => setAsked("lift")}>
                {suspension.from > now ? t("held.liftAhead") : suspension.lifted_from ? t("held.liftOther") : t("held.lift")}
              </Button>
            )}
            {may && standing.revocation_ahead && (
              <Button type="primary" onClick={() => setAsked("keep")}>
                {t("held.keep")}
              </Button>
            )}
            {may && renewable && (
              <Button type="primary" onClick={() => setAsked("renew")}>
                {t("held.renew")}
              </Button>
            )}
            {may && <Button onClick={() => setAsked("assess")}>{t("held.assess")}</Button>}
            {mends && <Button onClick={() => setAsked("dates")}>{t("held.dates")}</Button>}
            {may && !row.revoked_from && (
              <Button danger onClick={() => setAsked("revoke")}>
                {t("held.revoke")}
              </Button>
            )}
          </>
        }
      >
        {holder(row)}
      </PageTitle>
      {suspension && suspension.from > now && !row.revoked_from && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("held.suspensionAhead", { day: day(suspension.from) })} />
      )}
      {row.revoked_from && standing.revocation_ahead && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("held.revocationAhead", { day: day(row.revoked_from) })} />
      )}
      {standing.assessment_owed && <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("held.owed", { year: standing.assessment_owed })} />}
      <div style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 340px), 1fr))", alignItems: "start" }}>
        <Card title={<h2 style={TITLE}>{t("held.about")}</h2>}>
          <dl style={{ margin: 0, display: "grid", gap: 10 }}>
            {facts.map(([word, value]) => (
              <div key={word}>
                <dt style={{ color: "var(--ant-color-text-secondary)", fontSize: 13 }}>{word}</dt>
                <dd style={{ margin: 0, fontWeight: 600 }}>{value}</dd>
              </div>
            ))}
          </dl>
          <Flex gap={8} wrap style={{ marginTop: 14 }}>
            {(["certificate", "plaque"] as const).map((paper) => (
              <Button
                key={paper}
                icon={<FilePdfOutlined aria-hidden />}
                disabled={papers.busy}
                onClick={() => void papers.save(`/api/v1/designations/${row.id}/${paper}.pdf`, `${row.number}.pdf`)}
              >
                {t(`held.${paper}`)}
              </Button>
            ))}
          </Flex>
          <Flex gap={12} wrap style={{ marginTop: 14 }}>
            <Link to={`/organizations/${row.organization_id}`}>{row.organization_name_zh}</Link>
            {row.application_id && may && <Link to={`/applications/${row.application_id}`}>{t("held.application")}</Link>}
          </Flex>
          {standing.assessments.length > 0 && (
            <>
              <h3 style={{ fontSize: 15, margin: "16px 0 6px" }}>{t("held.assessments")}</h3>
              <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                {standing.assessments.map((one) => (
                  <li key={one.year}>
                    {t("held.year", { year: one.year })} <Tag color={one.outcome === "passed" ? "success" : one.outcome === "failed" ? "error" : "warning"}>{text(`designations:outcome.${one.outcome}`)}</Tag> {one.remark}
                  </li>
                ))}
              </ul>
            </>
          )}
        </Card>
        <Card title={<h2 style={TITLE}>{t("held.history")}</h2>}>
          {standing.history.length === 0 && <Muted>{t("held.noHistory")}</Muted>}
          <Line
            items={standing.history.map((event, at) => ({
              key: String(at),
              content: (
                <>
                  <strong>{text(`designations:event.${event.kind}`, {}, event.kind)}</strong> <DateTime value={event.on_day} style="date" />{" "}
                  <Muted>
                    {t("held.entered")} <DateTime value={event.at} />
                  </Muted>
                  {event.reason && <div>{event.reason}</div>}
                </>
              ),
            }))}
          />
        </Card>
        {(speaks || (scheme.data && reads(scheme.data.authority_id, row.district_id))) && (
          <Suspense>
            <Renewals designation={row} asks={speaks && renewable} answers={may} onRenew={() => setAsked("renew")} />
          </Suspense>
        )}
      </div>
      <Suspense>
        {(asked === "suspend" || asked === "lift" || asked === "revoke") && <Change step={asked} designation={row} onDone={done} onClose={close} />}
        {asked === "dates" && <Dates designation={row} onDone={done} onClose={close} />}
        {asked === "keep" && <Keep designation={row} onDone={done} onClose={close} />}
        {asked === "renew" && scheme.data && <Renew standing={standing} scheme={scheme.data} onDone={done} onClose={close} />}
      </Suspense>
      {asked === "assess" && <Assess standing={standing} onDone={done} onClose={close} />}
    </>
  );
}

interface Step {
  standing: Standing;
  onDone: () => void;
  onClose: () => void;
}

interface AssessValues {
  year: number;
  outcome: Schemas["AssessmentOutcome"];
  remark?: string;
}

function Assess({ standing, onDone, onClose }: Step) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  const key = useIdempotencyKey();
  const year = Number(today().slice(0, 4));
  return (
    <FormModal<AssessValues, unknown>
      title={t("held.assess")}
      okText={t("held.assessSave")}
      initial={{ year: standing.assessment_owed ?? year, outcome: "passed" }}
      send={async (values) => {
        try {
          return await call(
            api.POST("/api/v1/designations/{id}/assessments", {
              params: { path: { id: standing.designation.id }, header: key.header },
              body: { year: values.year, outcome: values.outcome, remark: values.remark ?? "" },
            }),
          );
        } finally {
          key.renew();
        }
      }}
      onDone={onDone}
      onClose={onClose}
    >
      <Form.Item name="year" label={t("held.assessYear")} rules={required}>
        <InputNumber min={2000} max={year} precision={0} />
      </Form.Item>
      <Form.Item name="outcome" label={t("held.outcome")}>
        <Radio.Group options={(["passed", "conditions", "failed"] as const).map((value) => ({ value, label: t(`outcome.${value}`) }))} />
      </Form.Item>
      <Form.Item name="remark" label={t("held.remark")}>
        <Input maxLength={2000} />
      </Form.Item>
    </FormModal>
  );
}
