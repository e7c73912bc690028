import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Form, Input } from "antd";
import { type ReactNode, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { isProblem } from "@/api/problem";
import { type Answer, getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { UploadArea } from "@/ui/UploadArea";
import { type Badge, isName, publishedHere, type Verdict, verifyBadge } from "./verify";

const LARGEST = 256 << 10;
const NARROW = { maxWidth: 360, marginBottom: 12 };

/** Whether a badge or a number holds. For everybody; a file is not sent anywhere. */
export function Component() {
  const { number } = useParams();
  const { t } = useTranslation("credentials");
  const navigate = useNavigate();
  return (
    <div style={{ maxWidth: 860 }}>
      <PageTitle lead={t("verify.lead")}>{t("verify.title")}</PageTitle>
      <div style={{ display: "grid", gap: 16 }}>
        {number !== undefined && <ByNumber number={number} />}
        <Card title={<Heading>{t("verify.file")}</Heading>}>
          <File />
        </Card>
        <Card title={<Heading>{t("verify.number")}</Heading>}>
          <Form<{ number: string }>
            layout="vertical"
            requiredMark={false}
            initialValues={{ number: number ?? "" }}
            onFinish={(form) => navigate(`/verify/${encodeURIComponent(form.number.trim())}`)}
          >
            <Form.Item name="number" label={t("verify.numberLabel")} rules={[{ required: true, whitespace: true }]} style={NARROW}>
              <Input autoComplete="off" maxLength={80} />
            </Form.Item>
            <Button htmlType="submit">{t("verify.check")}</Button>
          </Form>
        </Card>
      </div>
    </div>
  );
}

function Heading({ children }: { children: ReactNode }) {
  return <h2 style={{ margin: 0, fontSize: 17, whiteSpace: "normal" }}>{children}</h2>;
}

function File() {
  const { t } = useTranslation("credentials");
  const [files, setFiles] = useState<File[]>([]);
  const check = useMutation({
    mutationFn: async (file: File) => verifyBadge(await file.text(), publishedHere, Date.now()),
  });
  if (!globalThis.isSecureContext) return <Alert type="warning" showIcon title={t("verify.insecure")} />;
  return (
    <>
      <Muted block style={{ marginTop: 0 }}>
        {t("verify.fileLead")}
      </Muted>
      <UploadArea
        files={files}
        onChange={(chosen) => {
          setFiles(chosen);
          const file = chosen.at(-1);
          if (file) check.mutate(file);
          else check.reset();
        }}
        accept=".jwt,.jws,.txt"
        types={t("verify.types")}
        maxBytes={LARGEST}
      />
      <div role="status" style={{ marginTop: 12 }}>
        {check.isPending && t("verify.checking")}
        {check.error && <Alert type="error" showIcon title={t("verify.offline")} />}
        {check.data && <Said verdict={check.data} />}
      </div>
    </>
  );
}

function Said({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation("credentials");
  return (
    <>
      <Mark good={verdict.holds} lead={verdict.holds ? undefined : t(`verify.why.${verdict.why}`)} />
      {verdict.badge && <Shown badge={verdict.badge} />}
      {verdict.holds && verdict.badge.holder && <Name holder={verdict.badge.holder} />}
    </>
  );
}

function Mark({ good, lead }: { good: boolean; lead?: string | undefined }) {
  const { t } = useTranslation("credentials");
  const colour = good ? "var(--ant-color-success)" : "var(--ant-color-error)";
  const Icon = good ? CheckCircleFilled : CloseCircleFilled;
  return (
    <Flex gap={10} align="center" style={{ marginBottom: 12 }}>
      <Icon aria-hidden style={{ color: colour, fontSize: 30 }} />
      <div>
        <strong style={{ fontSize: 18 }}>{good ? t("verify.holds") : t("verify.refused")}</strong>
        {lead && <div>{lead}</div>}
      </div>
    </Flex>
  );
}

function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl style={{ margin: 0, display: "grid", gap: 10, gridTemplateColumns: "repeat(auto-fit, minmax(180px, 1fr))" }}>
      {facts.map(([word, value]) => (
        <div key={word} style={{ minWidth: 0, overflowWrap: "anywhere" }}>
          <dt style={{ color: "var(--ant-color-text-secondary)", fontSize: 13 }}>{word}</dt>
          <dd style={{ margin: 0, fontWeight: 600 }}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** That the rules are an example, so that nobody takes the credit for more. */
function Illustrative() {
  const { t } = useTranslation("credentials");
  return <Alert type="warning" showIcon title={t("verify.illustrative")} style={{ marginBottom: 12 }} />;
}

function Shown({ badge }: { badge: Badge }) {
  const { t } = useTranslation("credentials");
  return (
    <>
      {badge.illustrative && <Illustrative />}
      <Facts
        facts={[
          [t("verify.what"), badge.name],
          [t("verify.issuer"), badge.issuer],
          ...(badge.credits === undefined ? [] : [[t("verify.credits"), String(badge.credits)] as [string, string]]),
          ...(badge.policy ? [[t("verify.policy"), [badge.policy, badge.version].filter(Boolean).join(" · ")] as [string, string]] : []),
          ...(badge.number ? [[t("verify.numberLabel"), badge.number] as [string, string]] : []),
          [t("verify.issued"), <DateTime key="from" value={badge.from} />],
          [t("verify.until"), badge.until ? <DateTime key="until" value={badge.until} style="date" /> : t("verify.forever")],
        ]}
      />
      {badge.criteria && (
        <details style={{ marginTop: 12 }}>
          <summary>{t("verify.criteria")}</summary>
          <p style={{ whiteSpace: "pre-wrap", margin: "8px 0 0" }}>{badge.criteria}</p>
        </details>
      )}
    </>
  );
}

function Name({ holder }: { holder: { hash: string; salt: string } }) {
  const { t } = useTranslation("credentials");
  const compare = useMutation({ mutationFn: ({ name }: { name: string }) => isName(holder, name) });
  return (
    <Form<{ name: string }>
      layout="vertical"
      requiredMark={false}
      style={{ marginTop: 16 }}
      onFinish={(form) => compare.mutate(form)}
      onValuesChange={() => compare.reset()}
    >
      <Form.Item name="name" label={t("verify.nameLabel")} rules={[{ required: true, whitespace: true }]} style={NARROW}>
        <Input autoComplete="off" maxLength={100} />
      </Form.Item>
      <Flex gap={12} align="center" wrap>
        <Button htmlType="submit">{t("verify.name")}</Button>
        <span role="status" style={{ fontWeight: 600 }}>
          {compare.data !== undefined && (compare.data ? t("verify.nameIs") : t("verify.nameIsNot"))}
        </span>
      </Flex>
    </Form>
  );
}

function ByNumber({ number }: { number: string }) {
  const { t } = useTranslation("credentials");
  const { data, error, isPending, refetch } = useQuery({ ...getQuery("/api/v1/verify/{number}", { params: { path: { number } } }), staleTime: 0 });
  if (isPending) return <PageSkeleton rows={4} />;
  if (isProblem(error) && error.status === 404)
    return (
      <Card>
        <EmptyState title={t("verify.none")} lead={t("verify.noneLead")} />
      </Card>
    );
  return (
    <Card title={<Heading>{number}</Heading>}>
      <ProblemAlert error={error} retry={refetch} />
      {data && <Found check={data} />}
    </Card>
  );
}

function Found({ check }: { check: Answer<"/api/v1/verify/{number}"> }) {
  const { t } = useTranslation("credentials");
  const named = useNamed();
  const why = check.state === "valid" ? undefined : t(`verify.why.${check.state}` as "verify.why.revoked");
  return (
    <>
      <Mark good={check.state === "valid"} lead={why} />
      {check.illustrative && <Illustrative />}
      <Facts
        facts={[
          [t("verify.what"), `${t(`kind.${check.kind}` as "kind.badge")} · ${named(check.title_zh, check.title_en)}`],
          ...(check.holder ? [[t("verify.holder"), check.holder] as [string, ReactNode]] : []),
          [t("verify.issuer"), named(check.issuer_zh, check.issuer_en)],
          [t("verify.credits"), check.credits],
          [t("verify.policy"), `${named(check.policy_title_zh, check.policy_title_en)} · ${check.policy_version}`],
          [t("verify.issued"), <DateTime key="issued" value={check.issued_at} />],
          ...(check.valid_until ? [[t("verify.until"), <DateTime key="until" value={check.valid_until} style="date" />] as [string, ReactNode]] : []),
          ...(check.revoked_at ? [[t("verify.revoked"), <DateTime key="revoked" value={check.revoked_at} />] as [string, ReactNode]] : []),
        ]}
      />
    </>
  );
}
