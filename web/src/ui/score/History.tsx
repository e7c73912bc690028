import { useQuery } from "@tanstack/react-query";
import { Card, Flex, Timeline } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { Credit } from "../Credit";
import { DateTime } from "../DateTime";
import { EmptyState } from "../EmptyState";
import { Muted } from "../Muted";
import { PageSkeleton } from "../PageSkeleton";
import { ProblemAlert } from "../ProblemAlert";
import { StatusTag } from "../StatusTag";
import { formatTime } from "../time";
import type { Line } from "./words";

const Question = lazy(() => import("../appeals/Question"));

interface Event {
  id: string;
  at: string;
  title: string;
  where: string;
  state: string;
  of: "participation" | "result";
  reason: string;
}

const GREEN = ["confirmed", "verified"];
const RED = ["rejected", "returned", "revoked", "voided"];

/** Everything a person took part in or achieved, month by month, what waits and what was refused included. */
export function History({ person, lines, asks = false }: { person: string; lines: readonly Line[]; asks?: boolean }) {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const named = useNamed();
  const taken = useQuery(getQuery("/api/v1/participations", { params: { query: { person, limit: 500, sort: "-entered" } } }));
  const won = useQuery(getQuery("/api/v1/results", { params: { query: { person_id: person, limit: 200 } } }));
  const error = taken.error ?? won.error;
  if (error) return <ProblemAlert error={error} retry={() => void Promise.all([taken.refetch(), won.refetch()])} />;
  if (!taken.data || !won.data) return <PageSkeleton />;

  const credit = new Map(lines.map((line) => [line.record_id, line.counted]));
  const events: Event[] = [
    ...taken.data.items.map((one) => ({
      id: one.id,
      at: one.starts_at,
      title: named(one.activity_title_zh, one.activity_title_en),
      where: named(one.host_name_zh, one.host_name_en),
      state: one.state,
      of: "participation" as const,
      reason: one.reason,
    })),
    ...won.data.items.map((one) => ({
      id: one.id,
      at: one.achieved_on,
      title: one.competition_name_zh,
      where: one.work_title,
      state: one.state,
      of: "result" as const,
      reason: one.reason,
    })),
  ].toSorted((a, b) => b.at.localeCompare(a.at));
  if (events.length === 0) return <EmptyState title={t("score.nothingYet")} />;
  const months = new Map<string, Event[]>();
  for (const event of events) {
    const month = formatTime(event.at, "month", language);
    months.set(month, [...(months.get(month) ?? []), event]);
  }
  return (
    <div style={{ display: "grid", gap: 14 }}>
      {[...months].map(([month, list]) => (
        <Card key={month} size="small" title={<h2 style={{ margin: 0, fontSize: 16 }}>{month}</h2>}>
          <Timeline
            style={{ paddingTop: 8 }}
            items={list.map((event) => ({
              key: event.id,
              color: GREEN.includes(event.state) ? "green" : RED.includes(event.state) ? "red" : "gray",
              content: (
                <Flex justify="space-between" gap={8} wrap align="start">
                  <span>
                    {event.title} <StatusTag of={event.of} state={event.state} />
                    <Muted block style={{ margin: 0, fontSize: 13.5 }}>
                      <DateTime value={event.at} style="weekday" />
                      {event.where && ` · ${event.where}`}
                      {event.reason && ` · ${event.reason}`}
                      {asks && (
                        <Suspense fallback={null}>
                          <Question person={person} of={event.of} id={event.id} title={event.title} />
                        </Suspense>
                      )}
                    </Muted>
                  </span>
                  {credit.has(event.id) && (
                    <strong>
                      <Credit value={credit.get(event.id)} unit />
                    </strong>
                  )}
                </Flex>
              ),
            }))}
          />
        </Card>
      ))}
    </div>
  );
}
