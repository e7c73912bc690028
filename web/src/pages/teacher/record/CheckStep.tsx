import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, InputNumber, Switch } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useNamed } from "@/i18n/useText";
import { usePhone } from "@/app/theme";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { type Answer, type Draft, type SentRow, sentNow, type Session } from "./draft";
import { isToCome, SessionWords } from "./SessionCard";
import { StickyBar } from "../StickyBar";
import { Trouble } from "./Trouble";
import { type Row, usePeople } from "./usePeople";
import { WideTable } from "@/ui/WideTable";

/** The most that the service takes at once. */
const MOST = 500;

interface Props {
  draft: Draft;
  session: Session;
  change: (next: Partial<Draft>) => void;
  onBack: () => void;
}

/** The last step: everybody in one list, what is wrong first; then one button. */
export function CheckStep({ draft, session, change, onBack }: Props) {
  const { t } = useTranslation("teacher");
  const named = useNamed();
  const phone = usePhone();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const { rows, ready } = usePeople(draft, session);
  const [each, setEach] = useState(Object.keys(draft.own).length > 0);
  const shown = rows.filter((row) => !draft.dropped.includes(row.key));
  const sends = shown.filter((row) => row.sends);
  const left = shown.filter((row) => !row.sends);
  const coming = isToCome(session);

  const send = useMutation({
    mutationFn: async () => {
      const body = {
        persons: sends.map((row) => {
          const minutes = draft.own[row.key] ?? row.minutes;
          return {
            ...(row.person ? { person_id: row.person.id } : { number: row.number, ...(row.name && { name: row.name }) }),
            ...(minutes !== undefined && { minutes }),
            ...(row.quantity !== undefined && { quantity: row.quantity }),
          };
        }),
        ...(draft.minutes !== undefined && { minutes: draft.minutes }),
      };
      return call(
        api.POST("/api/v1/sessions/{id}/participations", {
          params: { path: { id: session.id }, header: key.header },
          body,
        }),
      );
    },
    onSuccess: (answer: Answer) => {
      key.renew();
      void invalidate("/api/v1/participations", "/api/v1/scores", "/api/v1/sessions");
      const sent: SentRow[] = sends.map((row) => ({ key: row.key, number: row.number, name: row.name, from: row.from }));
      change({ sent: sentNow(answer, sent) });
      scrollTo({ top: 0 });
    },
    // What is changed afterwards is another request.
    onError: () => key.renew(),
  });
  const may = ready && sends.length > 0 && sends.length <= MOST && !send.isPending;

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && may) send.mutate();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [may, send]);

  if (ready && shown.length === 0)
    return (
      <EmptyState title={t("record.nobodyYet")}>
        <Button type="primary" onClick={onBack}>
          {t("record.chooseWho")}
        </Button>
      </EmptyState>
    );

  return (
    <>
      <Card size="small" style={{ marginBottom: 16 }}>
        <Flex gap={24} wrap align="center" justify="space-between">
          <SessionWords session={session}>
            <Muted>
              {coming ? t("record.willRegister") : t("record.willWait", { host: named(session.host_name_zh, session.host_name_en) })}
            </Muted>
          </SessionWords>
          <Flex gap={16} wrap align="center">
            {!coming && (
              <label style={{ display: "inline-flex", gap: 8, alignItems: "center" }}>
                {t("record.minutesAll")}
                <InputNumber
                  min={0}
                  max={1440}
                  precision={0}
                  style={{ width: 96 }}
                  placeholder={String(session.minutes)}
                  value={draft.minutes ?? null}
                  onChange={(minutes) => change({ minutes: minutes ?? (undefined as never) })}
                />
              </label>
            )}
            {!coming && (
              <label style={{ display: "inline-flex", gap: 8, alignItems: "center" }}>
                <Switch size="small" checked={each} onChange={setEach} />
                {t("record.minutesEach")}
              </label>
            )}
          </Flex>
        </Flex>
      </Card>
      <ProblemAlert error={send.error} />
      {left.length > 0 && (
        <Alert type="warning" showIcon style={{ marginBottom: 12 }} title={t("record.leftOut", { count: left.length })} />
      )}
      {sends.length > MOST && (
        <Alert type="error" showIcon style={{ marginBottom: 12 }} title={t("record.tooMany", { most: MOST })} />
      )}
      <WideTable<Row>
        rowKey="key"
        loading={false}
        aria-label={t("record.step.check")}
        dataSource={[...left, ...sends]}
        pagination={shown.length > 100 ? { pageSize: 100, showSizeChanger: false } : false}
        columns={[
          {
            title: t("record.person"),
            key: "person",
            render: (_, row) => (
              <span>
                {row.name || "—"} <Muted style={{ fontSize: 13 }}>{row.number}</Muted>
                {phone && <Muted block style={{ margin: 0, fontSize: 13 }}>{row.className || row.from}</Muted>}
              </span>
            ),
          },
          ...(phone
            ? []
            : [
                { title: t("record.class"), key: "class", render: (_: unknown, row: Row) => row.className },
                { title: t("record.from"), key: "from", render: (_: unknown, row: Row) => (row.way === "class" ? t("record.byClass") : row.from) },
              ]),
          ...(each
            ? [
                {
                  title: t("record.minutesTitle"),
                  key: "minutes",
                  render: (_: unknown, row: Row) =>
                    row.sends && (
                      <InputNumber
                        min={0}
                        max={1440}
                        precision={0}
                        style={{ width: 84 }}
                        aria-label={t("record.minutesOf", { name: row.name })}
                        placeholder={String(row.minutes ?? draft.minutes ?? session.minutes)}
                        value={draft.own[row.key] ?? null}
                        onChange={(minutes) => {
                          const own = { ...draft.own };
                          if (minutes === null) delete own[row.key];
                          else own[row.key] = minutes;
                          change({ own });
                        }}
                      />
                    ),
                },
              ]
            : []),
          {
            title: t("record.note"),
            key: "note",
            render: (_, row) => (
              <Flex gap={6} wrap align="center">
                <Trouble row={row} draft={draft} change={change} />
                {!each && row.minutes !== undefined && row.sends && <Muted>{t("record.minutes", { count: row.minutes })}</Muted>}
              </Flex>
            ),
          },
          {
            title: <span className="kepu-hidden">{t("record.drop")}</span>,
            key: "drop",
            align: "right",
            render: (_, row) => (
              <Button
                type="text"
                aria-label={t("record.dropOne", { name: row.name || row.number })}
                onClick={() => change({ dropped: [...draft.dropped, row.key] })}
              >
                {t("record.drop")}
              </Button>
            ),
          },
        ]}
      />
      <StickyBar>
        <Button onClick={onBack}>{t("record.back")}</Button>
        <Flex gap={12} align="center" wrap>
          {!phone && <Muted>{t("record.sendKeys")}</Muted>}
          <Button type="primary" size="large" disabled={!may} loading={send.isPending} aria-keyshortcuts="Control+Enter" onClick={() => send.mutate()}>
            {t(coming ? "record.register" : "record.send", { count: sends.length })}
          </Button>
        </Flex>
      </StickyBar>
    </>
  );
}
