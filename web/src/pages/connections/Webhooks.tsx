import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { HowTo } from "./HowTo";
import { Secret } from "./Secret";
import { State } from "./State";
import { useAnswer, type Webhook } from "./words";
import { WebhookForm } from "./WebhookForm";

/** Who is told what happens, and how that goes. */
export function Webhooks({ manages }: { manages: boolean }) {
  const { t } = useTranslation("connections");
  const invalidate = useInvalidate();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<string>();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/webhooks"));
  const add = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>
      {t("webhooks.add")}
    </Button>
  );
  const any = (data?.items.length ?? 0) > 0;
  return (
    <>
      <Flex gap={12} wrap align="start" justify="space-between" style={{ marginBottom: 16 }}>
        <div style={{ flex: "1 1 300px", maxWidth: "46em" }}>
          <div>{t("webhooks.lead")}</div>
          <Muted block>{t("webhooks.privacy")}</Muted>
        </div>
        {manages && any && add}
      </Flex>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && !error && <PageSkeleton rows={4} />}
      {data && !any && (
        <EmptyState title={t("webhooks.none")} {...(manages && { lead: t("webhooks.noneLead") })}>
          {manages && add}
        </EmptyState>
      )}
      <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12 }}>
        {data?.items.map((one) => (
          <li key={one.id}>
            <One of={one} />
          </li>
        ))}
      </ul>
      <HowTo />
      {adding && (
        <WebhookForm
          onClose={() => setAdding(false)}
          onMade={({ secret }) => {
            setAdding(false);
            setMade(secret);
            void invalidate("/api/v1/webhooks");
          }}
        />
      )}
      {made && <Secret secret={made} onClose={() => setMade(undefined)} />}
    </>
  );
}

function One({ of }: { of: Webhook }) {
  const { t } = useTranslation("connections");
  const answer = useAnswer();
  return (
    <Card size="small">
      <Flex gap={8} wrap align="center" justify="space-between">
        <Flex gap={8} wrap align="center">
          <Link to={`/connections/webhooks/${of.id}`} style={{ fontSize: 17, fontWeight: 600 }}>
            {of.description || t("webhooks.untitled")}
          </Link>
          <State of={of} />
        </Flex>
        <Flex gap={16} wrap className="kepu-numbers">
          <span>
            {t("waiting")} {of.waiting}
          </span>
          <span>
            {t("failed")} {of.failed > 0 ? <strong>{of.failed}</strong> : 0}
          </span>
        </Flex>
      </Flex>
      <div style={{ overflowWrap: "anywhere", margin: "4px 0" }}>{of.url}</div>
      <Flex gap={4} wrap style={{ margin: "4px 0" }}>
        {of.kinds.map((kind) => (
          <Tag key={kind}>{t(`kind.${kind}`)}</Tag>
        ))}
      </Flex>
      <Muted>
        {of.attempted_at ? (
          <>
            {t("last")} <DateTime value={of.attempted_at} /> · {answer({ status: of.last_status, failure: of.last_failure })}
          </>
        ) : (
          t("never")
        )}
      </Muted>
    </Card>
  );
}
