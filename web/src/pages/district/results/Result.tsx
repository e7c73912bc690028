import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Descriptions, Flex, Form, Input, Modal, Tag, Timeline } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { isProblem } from "@/api/problem";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useText } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { StatusTag } from "@/ui/StatusTag";
import { useAccess } from "../access";
import { AccountName, useSchools } from "../pick";
import { Evidence } from "./Evidence";
import { useResultWords } from "./words";

type Detail = Schemas["ResultDetail"];
type Decision = "verify" | "return" | "revoke";

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("district");
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/results/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton rows={10} />;
  if (!data)
    return (
      <>
        <PageTitle>{t("result.title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  return <Review key={data.id} result={data} />;
}

function Review({ result }: { result: Detail }) {
  const { t } = useTranslation("district");
  const text = useText();
  const words = useResultWords();
  const { nameOf } = useSchools();
  const { official } = useAccess();
  const me = useMe();
  const own = result.submitted_by === me.account_id;
  return (
    <>
      <PageTitle lead={result.competition_name_zh} before={<StatusTag of="result" state={result.state} />}>
        {t("result.of", { person: result.person_name })}
      </PageTitle>
      <div style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(auto-fit, minmax(min(420px, 100%), 1fr))", alignItems: "start" }}>
        <section aria-label={t("evidence.title")}>
          <Evidence result={result.id} files={result.evidence} />
        </section>
        <Flex vertical gap={16} style={{ position: "sticky", top: 76 }}>
          <Card size="small">
            <Descriptions
              column={1}
              size="small"
              items={[
                { key: "competition", label: t("results.competition"), children: <>{result.competition_name_zh}{" "}<Tag {...(result.listed && { color: "success" })}>{t(result.listed ? "result.listed" : "result.notListed")}</Tag></> },
                { key: "person", label: t("col.person"), children: <PersonLink id={result.person_id} name={result.person_name} number={result.person_number} /> },
                { key: "school", label: t("col.school"), children: [nameOf(result.school_id), result.grade !== null && result.grade !== undefined ? text(`common:grade.${result.grade}`) : ""].filter(Boolean).join(" · ") },
                { key: "level", label: t("results.level"), children: words.level(result.contest_level) },
                { key: "award", label: t("results.award"), children: <strong>{words.award(result)}</strong> },
                { key: "day", label: t("results.day"), children: <DateTime value={result.achieved_on} style="date" /> },
                ...(result.work_title || result.work_id
                  ? [{ key: "work", label: t("results.work"), children: `${result.work_title} ${result.work_id ?? ""}` }]
                  : []),
                ...(result.team
                  ? [
                      {
                        key: "team",
                        label: t("results.team"),
                        children: (
                          <>
                            {t("results.teamPlace", { position: result.team.position ?? "?", size: result.team.size ?? "?" })}
                            <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                              {result.others.map((other) => (
                                <li key={other.id}>
                                  <PersonLink id={other.person_id} name={other.person_name} number={other.person_number} />{" "}
                                  {other.team?.position && t("result.position", { position: other.team.position })}
                                </li>
                              ))}
                            </ul>
                          </>
                        ),
                      },
                    ]
                  : []),
                { key: "submitted", label: t("results.submittedBy"), children: <><AccountName id={result.submitted_by} /> · <DateTime value={result.submitted_at} /></> },
                ...(result.reason ? [{ key: "reason", label: t("result.reason"), children: result.reason }] : []),
              ]}
            />
            {result.team && official && <Alert type="info" title={t("result.wholeTeam")} style={{ marginTop: 8 }} />}
            {official && <Decide result={result} own={own} />}
          </Card>
          <Card size="small" title={<h2 style={{ margin: 0, fontSize: 15 }}>{t("result.history")}</h2>}>
            <Timeline
              items={result.history.map((step) => ({
                key: `${step.at}-${step.to}`,
                content: (
                  <>
                    <StatusTag of="result" state={step.to} /> <DateTime value={step.at} /> <AccountName id={step.account_id} />
                    {step.reason && <div>{text(`district:result.step.${step.reason.replaceAll(" ", "_")}`, {}, step.reason)}</div>}
                  </>
                ),
              }))}
            />
          </Card>
        </Flex>
      </div>
    </>
  );
}

function Decide({ result, own }: { result: Detail; own: boolean }) {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<"return" | "revoke">();
  const [form] = Form.useForm<{ reason: string }>();
  const queue = useQuery({
    ...getQuery("/api/v1/results", { params: { query: { state: "submitted", limit: 50 } } }),
    enabled: result.state === "submitted",
  });
  const next = queue.data?.items.find((one) => one.id !== result.id && !(one.team && one.team.id === result.team?.id));

  const decide = useMutation({
    mutationFn: ({ what, reason }: { what: Decision; reason?: string }) => {
      const params = { path: { id: result.id }, header: ifMatch(result.version) };
      if (what === "verify") return call(api.POST("/api/v1/results/{id}/verify", { params }));
      return call(api.POST(what === "return" ? "/api/v1/results/{id}/return" : "/api/v1/results/{id}/revoke", { params, body: { reason: reason ?? "" } }));
    },
    onSuccess: (_, { what }) => {
      message.success(t(`result.done.${what}`));
      setAsking(undefined);
      form.resetFields();
      if (what !== "revoke" && next) navigate(`/district/results/${next.id}`);
    },
    onSettled: () => invalidate("/api/v1/results", "/api/v1/reports"),
  });
  const changed = isProblem(decide.error) && (decide.error.status === 412 || decide.error.code === "version_changed");

  return (
    <div style={{ marginTop: 12 }} className="kepu-no-print">
      <ProblemAlert error={decide.error} {...(changed && { retry: () => { decide.reset(); void invalidate("/api/v1/results"); } })} />
      {own && result.state === "submitted" && <Alert type="info" title={t("result.own")} style={{ marginBottom: 8 }} />}
      {result.state === "submitted" && result.evidence.length === 0 && <Alert type="warning" showIcon title={t("result.noEvidence")} style={{ marginBottom: 8 }} />}
      <Flex gap={8} wrap>
        {result.state === "submitted" && (
          <>
            <Button type="primary" disabled={own} loading={decide.isPending && decide.variables.what === "verify"} onClick={() => decide.mutate({ what: "verify" })}>
              {next ? t("result.verifyNext") : t("result.verify")}
            </Button>
            <Button disabled={own} onClick={() => setAsking("return")}>
              {t("result.return")}
            </Button>
          </>
        )}
        {result.state === "verified" && (
          <Button danger onClick={() => setAsking("revoke")}>
            {t("result.revoke")}
          </Button>
        )}
        {next && (
          <Link to={`/district/results/${next.id}`} style={{ alignSelf: "center" }}>
            {t("result.skip")}
          </Link>
        )}
      </Flex>
      <Modal
        open={asking !== undefined}
        title={asking ? t(`result.ask.${asking}`) : ""}
        okText={asking ? t(`result.${asking}`) : ""}
        cancelText={common("action.cancel")}
        confirmLoading={decide.isPending}
        okButtonProps={{ danger: asking === "revoke" }}
        onCancel={() => setAsking(undefined)}
        onOk={() => form.submit()}
      >
        <ProblemAlert error={decide.error} />
        <Form form={form} layout="vertical" onFinish={({ reason }) => asking && decide.mutate({ what: asking, reason })}>
          <Form.Item
            name="reason"
            label={t("result.reason")}
            extra={asking && t(`result.askLead.${asking}`)}
            rules={[{ required: true, whitespace: true, message: t("result.reasonMissing") }]}
          >
            <Input.TextArea rows={4} maxLength={500} showCount />
          </Form.Item>
        </Form>
      </Modal>
    </div>
  );
}
