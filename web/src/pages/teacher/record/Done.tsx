import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Result, Tag } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import type { Draft, Outcome, Session } from "./draft";
import { isToCome, SessionWords } from "./SessionCard";
import { WideTable } from "@/ui/WideTable";

const UNDO_MINUTES = 10;

interface Props {
  session: Session;
  sent: NonNullable<Draft["sent"]>;
  change: (next: Partial<Draft>) => void;
  onAgain: () => void;
  onCorrect: () => void;
  onOther: () => void;
}

/** What became of each person, and ten minutes to take it back. */
export function Done({ session, sent, change, onAgain, onCorrect, onOther }: Props) {
  const { t } = useTranslation("teacher");
  const text = useText();
  const named = useNamed();
  const navigate = useNavigate();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const { answer } = sent;
  const left = useSecondsUntil(sent.at + UNDO_MINUTES * 60_000);
  const fresh = answer.outcomes.filter((one) => one.participation_id && ["recorded", "registered", "waitlisted"].includes(one.outcome));
  const odd = answer.outcomes.filter((one) => one.code || !["recorded", "registered"].includes(one.outcome));
  const undo = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/sessions/{id}/participations/withdraw", {
          params: { path: { id: session.id }, header: key.header },
          body: { participations: fresh.map((one) => one.participation_id as string) },
        }),
      ),
    onSuccess: (undone) => {
      void invalidate("/api/v1/participations", "/api/v1/scores", "/api/v1/sessions");
      change({ sent: { ...sent, undone } });
    },
    onError: () => key.renew(),
  });
  const row = (one: Outcome) => sent.rows[one.index];

  if (sent.undone) {
    const { undone } = sent;
    const refused = undone.outcomes.filter((one) => one.outcome === "refused");
    return (
      <div style={{ maxWidth: 900 }}>
        <PageTitle>{t("record.title")}</PageTitle>
        <Result
          status={refused.length > 0 ? "warning" : "info"}
          title={<span role="status">{t("record.undone", { count: undone.withdrawn })}</span>}
          subTitle={refused.length > 0 ? t("record.undoneRefused", { count: refused.length, names: refused.map((one) => one.name).join("、") }) : undefined}
          extra={[
            <Button key="correct" type="primary" onClick={onCorrect}>
              {t("record.correct")}
            </Button>,
            <Button key="other" onClick={onOther}>
              {t("record.another")}
            </Button>,
          ]}
        />
      </div>
    );
  }

  const coming = isToCome(session);
  return (
    <div style={{ maxWidth: 900 }}>
      <PageTitle>{t("record.title")}</PageTitle>
      <Result
        status={answer.recorded > 0 ? "success" : "warning"}
        style={{ padding: "24px 0" }}
        title={
          <span role="status">{t(coming ? "record.registered" : "record.recorded", { count: answer.recorded })}</span>
        }
        subTitle={
          answer.recorded > 0 && !coming ? t("record.nowWaits", { host: named(session.host_name_zh, session.host_name_en) }) : undefined
        }
        extra={[
          <Button key="again" type="primary" onClick={onAgain}>
            {t("record.again")}
          </Button>,
          <Button key="other" onClick={onOther}>
            {t("record.another")}
          </Button>,
          <Button key="list" onClick={() => void navigate(`/teacher/records?session=${session.id}`)}>
            {t("record.see")}
          </Button>,
        ]}
      />
      <Card size="small" style={{ marginBottom: 20 }}>
        <Flex vertical gap={12}>
          <SessionWords session={session} />
          {fresh.length > 0 && left > 0 && (
            <Alert
              type="info"
              showIcon
              title={t("record.undoLead", { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` })}
              action={
                <Button size="small" loading={undo.isPending} onClick={() => undo.mutate()}>
                  {t("record.undo", { count: fresh.length })}
                </Button>
              }
            />
          )}
          <ProblemAlert error={undo.error} />
        </Flex>
      </Card>
      {odd.length > 0 && (
        <section aria-labelledby="odd">
          <h2 id="odd" style={{ fontSize: 17 }}>
            {t("record.odd", { count: odd.length })}
          </h2>
          <WideTable<Outcome>
            rowKey="index"
            dataSource={odd}
            pagination={odd.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
            columns={[
              { title: t("record.person"), key: "person", render: (_, one) => one.name ?? row(one)?.name ?? "—" },
              { title: t("record.number"), key: "number", render: (_, one) => one.number ?? row(one)?.number },
              { title: t("record.from"), key: "from", render: (_, one) => row(one)?.from },
              {
                title: t("record.outcomeTitle"),
                key: "outcome",
                render: (_, one) => (
                  <Flex gap={6} wrap align="center">
                    <Tag color={one.outcome === "refused" ? "error" : "default"}>{text(`teacher:record.outcome.${one.outcome}`, {}, one.outcome)}</Tag>
                    {one.waitlist_place && <span>{t("record.waitlistPlace", { place: one.waitlist_place })}</span>}
                    {one.code && <span>{text(`teacher:record.refusal.${one.code}`, { day: one.barred_until ?? "" }, one.message ?? one.code)}</span>}
                  </Flex>
                ),
              },
            ]}
          />
        </section>
      )}
    </div>
  );
}

function useSecondsUntil(end: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((end - now) / 1000));
}
