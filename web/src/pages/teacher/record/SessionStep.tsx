import { PlusOutlined } from "@ant-design/icons";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Flex, Input, Segmented, Skeleton } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call } from "@/api/client";
import { getQuery, useMe } from "@/api/query";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { today } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import { useOwnSchool } from "../school";
import type { Draft, Session } from "./draft";
import { SessionWords } from "./SessionCard";

const NewSession = lazy(() => import("./NewSession"));

interface Props {
  draft: Draft;
  onChoose: (session: Session) => void;
}

/** The first step: one of the sessions recorded last, one that is found, or a new one of the own school. */
export function SessionStep({ draft, onChoose }: Props) {
  const { t } = useTranslation("teacher");
  const school = useOwnSchool();
  const [address, setAddress] = useAddress("q", "scope", "when");
  const [making, setMaking] = useState(false);
  const when = address.when === "coming" ? "coming" : "past";
  const scope = address.scope === "own" || address.scope === "guests" ? address.scope : "all";

  const { data, error, isPending, isPlaceholderData, fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = useInfiniteQuery({
    queryKey: ["/api/v1/sessions", "to record", school.id, address.q, scope, when] as const,
    initialPageParam: "",
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      call(
        api.GET("/api/v1/sessions", {
          params: {
            query: {
              limit: 30,
              ...(when === "past" ? { to: today(), sort: "-starts_at" as const } : { from: today(), open: true }),
              ...(scope === "own" && { host_id: school.id }),
              ...(scope === "guests" && { guests_of: school.id }),
              ...(address.q && { q: address.q }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  // What other schools run for themselves is not to be recorded here.
  const schools = useQuery({
    ...getQuery("/api/v1/organizations", { params: { query: { kind: "school", limit: 500 } } }),
    staleTime: 60 * 60_000,
  });
  const others = new Set(schools.data?.items.map(({ id }) => id));
  others.delete(school.id);
  const sessions =
    data?.pages
      .flatMap((page) => page.items)
      .filter((session) => session.status !== "cancelled" && !others.has(session.host_id)) ?? [];
  const recent = useRecent();

  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: 20 }}>
      {draft.session && !draft.sent && (
        <section aria-labelledby="under-way">
          <h2 id="under-way" style={HEADING}>
            {t("record.underWay")}
          </h2>
          <Choices sessions={[draft.session]} onChoose={onChoose} />
        </section>
      )}
      {recent.length > 0 && !address.q && when === "past" && (
        <section aria-labelledby="recent">
          <h2 id="recent" style={HEADING}>
            {t("record.recent")}
          </h2>
          <Choices sessions={recent} onChoose={onChoose} />
        </section>
      )}
      <section aria-labelledby="find">
        <Flex gap={12} wrap align="center" justify="space-between" style={{ marginBottom: 12 }}>
          <h2 id="find" style={{ ...HEADING, margin: 0 }}>
            {t("record.find")}
          </h2>
          <Button icon={<PlusOutlined />} onClick={() => setMaking(true)}>
            {t("record.new")}
          </Button>
        </Flex>
        <Flex gap={12} wrap style={{ marginBottom: 12 }}>
          <Input.Search
            aria-label={t("record.search")}
            placeholder={t("record.search")}
            allowClear
            autoFocus
            defaultValue={address.q}
            enterButton={false}
            style={{ flex: "1 1 260px", maxWidth: 420 }}
            onSearch={(q) => setAddress({ q: q.trim() })}
          />
          <Segmented
            aria-label={t("record.when")}
            value={when}
            onChange={(next) => setAddress({ when: next === "coming" ? next : undefined })}
            options={[
              { value: "past", label: t("record.past") },
              { value: "coming", label: t("record.coming") },
            ]}
          />
          <Segmented
            aria-label={t("record.scope")}
            value={scope}
            onChange={(next) => setAddress({ scope: next === "all" ? undefined : next })}
            options={[
              { value: "all", label: t("record.scopeAll") },
              { value: "own", label: t("record.scopeOwn") },
              { value: "guests", label: t("record.scopeGuests") },
            ]}
          />
        </Flex>
        <ProblemAlert error={error} retry={refetch} />
        <div aria-busy={isPending || isPlaceholderData} style={{ opacity: isPlaceholderData ? 0.55 : 1 }}>
          {isPending && <Skeleton active title={false} paragraph={{ rows: 8 }} />}
          {!isPending && sessions.length === 0 && (
            <EmptyState title={t("record.none")} lead={t("record.noneLead")}>
              <Button onClick={() => setMaking(true)}>{t("record.new")}</Button>
            </EmptyState>
          )}
          <Choices sessions={sessions} onChoose={onChoose} />
        </div>
        {hasNextPage && (
          <Button block style={{ marginTop: 12 }} loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("record.more")}
          </Button>
        )}
      </section>
      {making && (
        <Suspense>
          <NewSession school={school.id} onClose={() => setMaking(false)} onMade={onChoose} />
        </Suspense>
      )}
    </div>
  );
}

const HEADING = { fontSize: 17, margin: "0 0 10px" } as const;

function Choices({ sessions, onChoose }: { sessions: Session[]; onChoose: (session: Session) => void }) {
  return (
    <ul className="kepu-choices">
      {sessions.map((session) => (
        <li key={session.id}>
          <Button
            block
            disabled={session.status === "cancelled"}
            style={{ height: "auto", padding: "10px 14px", textAlign: "start", justifyContent: "start", whiteSpace: "normal" }}
            onClick={() => onChoose(session)}
          >
            <SessionWords session={session}>
              {session.place && session.place.length > 4 && <Muted>{session.place}</Muted>}
            </SessionWords>
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** The sessions in which this account has recorded somebody, last first. */
function useRecent(): Session[] {
  const me = useMe();
  const { data: last } = useQuery(
    getQuery("/api/v1/participations", { params: { query: { recorded_by: me.account_id, sort: "-entered", limit: 100 } } }),
  );
  const seen = new Map<string, Session>();
  for (const one of last?.items ?? []) {
    if (seen.has(one.session_id) || seen.size === 3) continue;
    seen.set(one.session_id, {
      id: one.session_id,
      activity_id: one.activity_id,
      activity_title_zh: one.activity_title_zh,
      activity_title_en: one.activity_title_en,
      kind: one.kind,
      minutes: one.planned_minutes,
      district_id: me.district_id ?? "",
      host_id: one.host_id,
      host_name_zh: one.host_name_zh,
      host_name_en: one.host_name_en,
      starts_at: one.starts_at,
      ends_at: one.starts_at,
      place: "",
      status: "open",
      reason: "",
      version: 0,
      door_mode: "in",
      quotas: [],
      walk_ins: false,
      created_at: one.recorded_at,
      updated_at: one.recorded_at,
    });
  }
  return [...seen.values()];
}
