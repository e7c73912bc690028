import { useMutation } from "@tanstack/react-query";
import { App, Button, Card, Checkbox, Flex, Form, Input, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { today } from "@/ui/time";
import { Day } from "../Day";
import { useRequired } from "../scheme/useRequired";
import { type Application, type Round, useDay } from "../words";
import Extend from "./Extend";
import { FileField } from "./FileField";
import { Reviews } from "./Reviews";
import Words from "./Words";

interface Props {
  application: Application;
  round: Round;
  /** Whether the account does it, or only looks on. */
  runs: boolean;
}

type Asked = "return" | "extend" | "incomplete" | "award" | "spot" | "uphold" | "dismiss" | { objection: Schemas["ObjectionView"]; uphold: boolean };

const TITLE = { fontSize: 17, margin: 0 };

/** What the authority does with an application, in the state in which it is. */
export default function Authority({ application, round, runs }: Props) {
  const { t } = useTranslation("designations");
  const day = useDay();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [asked, setAsked] = useState<Asked>();
  const { id, state, version } = application;
  const params = { path: { id }, header: ifMatch(version) };
  const again = () => invalidate("/api/v1/applications", "/api/v1/rounds", "/api/v1/late", "/api/v1/published");
  const done = () => {
    setAsked(undefined);
    message.success(t("saved"));
    void again();
  };
  const accept = useMutation({
    mutationFn: () => call(api.POST("/api/v1/applications/{id}/completeness", { params, body: { complete: true } })),
    onSuccess: done,
  });
  const close = () => setAsked(undefined);
  return (
    <>
      {runs && state === "submitted" && (
        <Card title={<h2 style={TITLE}>{t("check.title")}</h2>}>
          <ProblemAlert error={accept.error} />
          <p style={{ marginTop: 0 }}>{t("check.lead")}</p>
          <Flex gap={8} wrap>
            <Button type="primary" loading={accept.isPending} onClick={() => accept.mutate()}>
              {t("check.accept")}
            </Button>
            <Button onClick={() => setAsked("return")}>{t("check.return")}</Button>
          </Flex>
        </Card>
      )}
      {runs && state === "returned" && (
        <Card title={<h2 style={TITLE}>{t("completion.title")}</h2>}>
          <p style={{ marginTop: 0 }}>
            {t(application.until && application.until < today() ? "completion.over" : "completion.runs", { day: day(application.until ?? today()) })}
          </p>
          <Flex gap={8} wrap>
            <Button type="primary" onClick={() => setAsked("extend")}>
              {t("completion.extend")}
            </Button>
            {application.until && application.until < today() && (
              <Button danger onClick={() => setAsked("incomplete")}>
                {t("completion.refuse")}
              </Button>
            )}
          </Flex>
        </Card>
      )}
      {round.rules.spot_check && !["draft", "submitted", "returned", "withdrawn"].includes(state) && (
        <Card title={<h2 style={TITLE}>{t("spot.title")}</h2>}>
          {application.spot_check ? (
            <p style={{ marginTop: 0 }}>
              <Tag color={application.spot_check.passed ? "success" : "error"}>{t(application.spot_check.passed ? "spot.passed" : "spot.failed")}</Tag>
              <DateTime value={application.spot_check.visited_on} style="date" /> {application.spot_check.remark}
            </p>
          ) : (
            <Muted block style={{ marginBottom: 8 }}>
              {t("spot.none")}
            </Muted>
          )}
          <FileField application={application} field={null} label={t("spot.photos")} maxFiles={30} changed={again} readOnly={!runs || state !== "under_review"} />
          {runs && state === "under_review" && (
            <Button style={{ marginTop: 10 }} onClick={() => setAsked("spot")}>
              {t("spot.action")}
            </Button>
          )}
        </Card>
      )}
      {!["submitted", "returned", "draft", "withdrawn"].includes(state) && (round.rules.criteria ?? []).length > 0 && (
        <Reviews application={application} round={round} runs={runs} />
      )}
      {state === "under_review" && (
        <Link to={`/rounds/${round.id}?tab=ranking`}>{t("decide.goTo")}</Link>
      )}
      {application.objections.length > 0 && (
        <Card title={<h2 style={TITLE}>{t("objection.many")}</h2>}>
          <ul style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 14 }}>
            {application.objections.map((one) => (
              <li key={one.id}>
                <Muted>
                  <DateTime value={one.raised_on} style="date" />
                </Muted>
                <div style={{ whiteSpace: "pre-wrap" }}>{one.grounds}</div>
                {one.outcome ? (
                  <div>
                    <Tag color={one.outcome === "upheld" ? "error" : "default"}>{t(one.outcome === "upheld" ? "objection.upheld" : "objection.dismissed")}</Tag>
                    {one.answer}
                  </div>
                ) : (
                  runs && (
                    <Flex gap={8} wrap style={{ marginTop: 6 }}>
                      <Button onClick={() => setAsked({ objection: one, uphold: false })}>{t("objection.dismiss")}</Button>
                      <Button danger onClick={() => setAsked({ objection: one, uphold: true })}>
                        {t("objection.uphold")}
                      </Button>
                    </Flex>
                  )
                )}
              </li>
            ))}
          </ul>
        </Card>
      )}
      {runs && state === "appealed" && (
        <Card title={<h2 style={TITLE}>{t("appealed.title")}</h2>}>
          <p style={{ marginTop: 0 }}>{t("appealed.lead")}</p>
          <Flex gap={8} wrap>
            <Button type="primary" onClick={() => setAsked("uphold")}>
              {t("appealed.uphold")}
            </Button>
            <Button danger onClick={() => setAsked("dismiss")}>
              {t("appealed.dismiss")}
            </Button>
          </Flex>
        </Card>
      )}
      {runs && state === "published" && (
        <Card title={<h2 style={TITLE}>{t("award.title")}</h2>}>
          <Waits application={application} />
          <Button type="primary" onClick={() => setAsked("award")}>
            {t("award.action")}
          </Button>
        </Card>
      )}
      {asked === "return" && (
        <Words
          title={t("check.return")}
          action={t("check.return")}
          lead={t("check.returnLead", { days: round.rules.targets?.completion ?? 10 })}
          label={t("check.missing")}
          field="reason"
          send={(reason) => call(api.POST("/api/v1/applications/{id}/completeness", { params, body: { complete: false, reason } }))}
          onDone={done}
          onClose={close}
        />
      )}
      {asked === "incomplete" && (
        <Words
          title={t("completion.refuse")}
          action={t("completion.refuse")}
          lead={t("completion.refuseLead", { days: round.rules.appeal_days ?? 14 })}
          label={t("reason")}
          field="reason"
          danger
          send={(reason) => call(api.POST("/api/v1/applications/{id}/completion/refusal", { params, body: { reason } }))}
          onDone={done}
          onClose={close}
        />
      )}
      {asked === "extend" && <Extend application={application} onDone={done} onClose={close} />}
      {(asked === "uphold" || asked === "dismiss") && (
        <Words
          title={t(`appealed.${asked}`)}
          action={t(`appealed.${asked}`)}
          lead={t(`appealed.${asked}Lead`)}
          label={t("reason")}
          field="reason"
          danger={asked === "dismiss"}
          send={(reason) => call(api.POST("/api/v1/applications/{id}/appeal/answer", { params, body: { uphold: asked === "uphold", reason } }))}
          onDone={done}
          onClose={close}
        />
      )}
      {typeof asked === "object" && (
        <Words
          title={t(asked.uphold ? "objection.uphold" : "objection.dismiss")}
          action={t(asked.uphold ? "objection.uphold" : "objection.dismiss")}
          lead={t(asked.uphold ? "objection.upholdLead" : "objection.dismissLead")}
          label={t("reason")}
          field="reason"
          danger={asked.uphold}
          send={(reason) => call(api.POST("/api/v1/objections/{id}/answer", { params: { path: { id: asked.objection.id } }, body: { uphold: asked.uphold, reason } }))}
          onDone={done}
          onClose={close}
        />
      )}
      {asked === "spot" && <SpotCheck application={application} onDone={done} onClose={close} />}
      {asked === "award" && <Award application={application} onDone={done} onClose={close} />}
    </>
  );
}

/** For what an award still waits. */
function Waits({ application }: { application: Application }) {
  const { t } = useTranslation("designations");
  const day = useDay();
  const open = application.objections.filter((one) => !one.outcome).length;
  if (open > 0) return <p style={{ marginTop: 0 }}>{t("award.objections", { count: open })}</p>;
  if (application.until && application.until >= today()) return <p style={{ marginTop: 0 }}>{t("award.days", { day: day(application.until) })}</p>;
  return <p style={{ marginTop: 0 }}>{t("award.ready")}</p>;
}

interface SpotValues {
  visited_on: string;
  passed: boolean;
  remark: string;
}

function SpotCheck({ application, onDone, onClose }: { application: Application; onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  return (
    <FormModal<SpotValues, unknown>
      title={t("spot.action")}
      okText={t("spot.save")}
      initial={application.spot_check ?? { visited_on: today(), passed: true, remark: "" }}
      send={(body) =>
        call(
          api.PUT("/api/v1/applications/{id}/spot_check", {
            params: { path: { id: application.id }, header: ifMatch(application.version) },
            body: { visited_on: body.visited_on, passed: body.passed, remark: body.remark },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <Form.Item name="visited_on" label={t("spot.day")} rules={required}>
        <Day allowClear={false} max={today()} />
      </Form.Item>
      <Form.Item name="passed" valuePropName="checked">
        <Checkbox>{t("spot.passed")}</Checkbox>
      </Form.Item>
      <Form.Item name="remark" label={t("spot.remark")} rules={required}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={4000} />
      </Form.Item>
    </FormModal>
  );
}

interface AwardValues {
  number: string;
  valid_from: string;
  level?: string;
  source?: string;
}

function Award({ application, onDone, onClose }: { application: Application; onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  return (
    <FormModal<AwardValues, unknown>
      title={t("award.action")}
      okText={t("award.action")}
      lead={t("award.lead")}
      initial={{ valid_from: today() }}
      send={async (values) => {
        try {
          return await call(
            api.POST("/api/v1/applications/{id}/award", {
              params: { path: { id: application.id }, header: { ...ifMatch(application.version), ...key.header } },
              body: { number: values.number, valid_from: values.valid_from, level: values.level || null, source: values.source ?? "" },
            }),
          );
        } finally {
          key.renew();
        }
      }}
      onDone={() => {
        void invalidate("/api/v1/designations", "/api/v1/organizations", "/api/v1/register");
        onDone();
      }}
      onClose={onClose}
    >
      <Form.Item name="number" label={t("award.number")} extra={t("award.numberHelp")} rules={required}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="valid_from" label={t("award.day")} rules={required}>
        <Day allowClear={false} />
      </Form.Item>
      <Form.Item name="level" label={t("award.level")}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="source" label={t("award.source")}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
