import { DownloadOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Checkbox, Flex, Form, Radio, Select, Tag } from "antd";
import { Link } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { ChildSwitch, useWhose } from "@/pages/student/whose";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useSaveFile } from "@/ui/saveFile";
import { usePolicy } from "@/ui/score/policy";
import { StateOf } from "./StateOf";
import { useSaid } from "./useSaid";

type Credential = Schemas["CredentialView"];

interface Wish {
  /** `credits`, `requirement:id` or `level:id`; a transcript has no choice. */
  what?: string;
  form: "badge" | "certificate" | "transcript";
  with_name?: boolean;
}

/** What a family takes away of its credit: makes it, and finds it again. */
export function Component() {
  const { t } = useTranslation("credentials");
  const { t: student } = useTranslation("student");
  const whose = useWhose();
  const id = whose.person?.id ?? "";
  const list = useQuery({ ...getQuery("/api/v1/credentials", { params: { query: { person: id, limit: 100 } } }), enabled: id !== "" });
  if (!whose.person) return <EmptyState title={student("nobody")} lead={student("nobodyLead")} />;
  return (
    <div style={{ maxWidth: 860 }}>
      <ChildSwitch whose={whose} />
      <PageTitle lead={t("mine.lead")}>{t("mine.title")}</PageTitle>
      <Make key={id} person={id} />
      <h2 style={{ fontSize: 18, margin: "24px 0 12px" }}>{t("mine.list")}</h2>
      <ProblemAlert error={list.error} retry={list.refetch} />
      {list.isPending && <PageSkeleton rows={4} />}
      {list.data?.items.length === 0 && <EmptyState title={t("mine.empty")} lead={t("mine.emptyLead")} />}
      <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12 }}>
        {list.data?.items.map((one) => (
          <li key={one.id}>
            <One credential={one} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Make({ person }: { person: string }) {
  const { t } = useTranslation("credentials");
  const { lang } = useLanguage();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { said } = useSaid();
  const [form] = Form.useForm<Wish>();
  const chosen = Form.useWatch("form", form) ?? "badge";
  const policy = usePolicy({ person });
  const score = useQuery({
    ...getQuery("/api/v1/persons/{id}/score", { params: { path: { id: person }, query: { ...policy.query, lang } } }),
    enabled: policy.ready,
  });
  const make = useMutation({
    mutationFn: ({ what, form: kind, with_name }: Wish) => {
      const [sort = "credits", ...rest] = (what ?? "credits").split(":");
      const achievement = { kind: sort as Schemas["AchievementKind"], ...(rest.length > 0 && { id: rest.join(":") }) };
      const params = { path: { id: person }, header: key.header };
      if (kind === "badge")
        return call(api.POST("/api/v1/persons/{id}/badges", { params, body: { achievement, with_name: with_name ?? false, ...policy.query } }));
      return call(api.POST("/api/v1/persons/{id}/papers", { params, body: { kind, ...(kind === "certificate" && { achievement }), ...policy.query } }));
    },
    onSuccess: async (made) => {
      key.renew();
      message.success(t("mine.made", { number: made.number }));
      await invalidate("/api/v1/credentials");
    },
  });
  if (score.isPending) return <PageSkeleton rows={4} />;
  if (score.error) return <ProblemAlert error={score.error} retry={score.refetch} />;
  const met = score.data.requirements.filter((one) => one.met);
  const levels = Object.entries(score.data.levels).filter(([, level]) => level);
  const options = [
    { value: "credits", label: t("mine.allCredits") },
    ...met.map((one) => ({ value: `requirement:${one.id}`, label: t("mine.requirement", { title: one.title }) })),
    ...levels.map(([ladder, level]) => ({ value: `level:${ladder}`, label: t("mine.level", { title: level }) })),
  ];
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("mine.makeTitle")}</h2>} extra={policy.choice}>
      <ProblemAlert error={said(make.error)} />
      {score.data.total === "0" ? (
        <Muted>{t("mine.nothing")}</Muted>
      ) : (
        <Form<Wish> form={form} layout="vertical" requiredMark={false} initialValues={{ what: "credits", form: "badge" }} onFinish={(wish) => make.mutate(wish)}>
          <Form.Item name="form" label={t("mine.form")}>
            <Radio.Group
              style={{ display: "grid", gap: 6 }}
              options={[
                { value: "badge", label: t("mine.formBadge") },
                { value: "certificate", label: t("mine.formCertificate") },
                { value: "transcript", label: t("mine.formTranscript") },
              ]}
            />
          </Form.Item>
          {chosen !== "transcript" && (
            <Form.Item name="what" label={t("mine.what")}>
              <Select options={options} style={{ maxWidth: 420 }} />
            </Form.Item>
          )}
          {chosen === "badge" && (
            <Form.Item name="with_name" valuePropName="checked" extra={t("mine.withNameHelp")}>
              <Checkbox>{t("mine.withName")}</Checkbox>
            </Form.Item>
          )}
          <Button type="primary" htmlType="submit" loading={make.isPending}>
            {t("mine.make")}
          </Button>
        </Form>
      )}
    </Card>
  );
}

function One({ credential: one }: { credential: Credential }) {
  const { t } = useTranslation("credentials");
  const named = useNamed();
  const file = useSaveFile();
  const [path, name] = one.kind === "badge" ? ["badge.jwt", "badge"] : ["paper.pdf", "credit"];
  return (
    <Card size="small">
      <Flex justify="space-between" gap={12} wrap>
        <div style={{ minWidth: 0 }}>
          <Flex gap={8} wrap align="center">
            <strong>{named(one.title_zh, one.title_en)}</strong>
            <Tag>{t(`kind.${one.kind}` as "kind.badge")}</Tag>
            <StateOf state={one.state} />
          </Flex>
          <Muted block style={{ margin: "4px 0 0", fontSize: 14, overflowWrap: "anywhere" }}>
            {one.number} · <DateTime value={one.issued_at} style="date" />
            {one.valid_until && (
              <>
                {" "}
                · {t("mine.until")} <DateTime value={one.valid_until} style="date" />
              </>
            )}
          </Muted>
          {one.revoke_reason && <div>{t("mine.revokedFor", { reason: one.revoke_reason })}</div>}
        </div>
        <Flex gap={8} align="center">
          <Link to={`/verify/${encodeURIComponent(one.number)}`} aria-label={t("mine.verifyOne", { number: one.number })}>
            {t("mine.verify")}
          </Link>
          {(one.kind === "badge" || one.state !== "revoked") && (
            <Button
              icon={<DownloadOutlined />}
              loading={file.busy}
              aria-label={t("mine.downloadOne", { number: one.number })}
              onClick={() => file.save(`/api/v1/credentials/${one.id}/${path}`, name ?? "credential")}
            >
              {t("mine.download")}
            </Button>
          )}
        </Flex>
      </Flex>
    </Card>
  );
}
