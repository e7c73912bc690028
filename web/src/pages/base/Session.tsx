import { CopyOutlined, EditOutlined, MoreOutlined, ScanOutlined, StopOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Dropdown, Tabs } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate, useParams } from "react-router";
import { isProblem } from "@/api/problem";
import type { Schemas } from "@/api/client";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useLanguage, useNamed } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { StatusTag } from "@/ui/StatusTag";
import { formatTime } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import { weekday } from "./day";
import { guestsQuery, stateOf } from "./guests";
import { mayConfirm, mayManage, useGrades, useKind } from "./hosts";
import { waitingOf } from "./roll/roll";
import type { Sent } from "./roll/SendRoll";
import { useNow } from "./useNow";

const RollCall = lazy(() => import("./roll/RollCall").then((file) => ({ default: file.RollCall })));
const Outcome = lazy(() => import("./roll/Outcome"));
const DoorPanel = lazy(() => import("./closing/DoorPanel"));
const Closed = lazy(() => import("./closing/Closed"));
const Scans = lazy(() => import("./closing/Scans"));
const Door = lazy(() => import("./roll/Door"));
const Guests = lazy(() => import("./Guests"));
const SessionForm = lazy(() => import("./SessionForm"));
const CopySession = lazy(() => import("./CopySession"));
const CancelSession = lazy(() => import("./CancelSession"));

type Act = "edit" | "copy" | "cancel";

/** The door opens two hours before. */
const DOORS = 2 * 3600_000;
/** Late scans are still to be sent on the day after. */
const DOOR_STAYS = 24 * 3600_000;
/** While the door is open, scans arrive by themselves. */
const AGAIN = 30_000;

export function Component() {
  const { id = "" } = useParams();
  // Another session is another page: nothing typed or answered for one may show on the other.
  return <Session key={id} id={id} />;
}

function Session({ id }: { id: string }) {
  const { t } = useTranslation("base");
  const { t: closing } = useTranslation("closing");
  const { language } = useLanguage();
  const me = useMe();
  const phone = usePhone();
  const navigate = useNavigate();
  const named = useNamed();
  const kind = useKind();
  const grades = useGrades();
  const invalidate = useInvalidate();
  const now = useNow();
  const [address, setAddress] = useAddress("tab");
  const [sent, setSent] = useState<Sent>();
  const [closed, setClosed] = useState<Schemas["CloseAnswer"]>();
  const [open, setOpen] = useState<Act>();
  const { data: session, error, isPending, refetch } = useQuery(
    getQuery("/api/v1/sessions/{id}", { params: { path: { id }, query: { counts: true } } }),
  );
  const doors = session !== undefined && Date.parse(session.starts_at) - DOORS <= now;
  const speaks = session !== undefined && mayConfirm(me, session.host_id) && session.status !== "cancelled";
  const door = useQuery({
    ...getQuery("/api/v1/sessions/{id}/door", { params: { path: { id } } }),
    enabled: speaks && doors,
    refetchInterval: ({ state }) => (state.data?.session.closed_at ? false : AGAIN),
  });
  // What the door has seen is closed at the door; the roll call is for the others, and for whom closing leaves.
  const seen = (door.data?.counts.scans ?? 0) > 0;
  const byDoor = seen && !door.data?.session.closed_at;
  const guests = useQuery({ ...guestsQuery(id), ...(byDoor && { refetchInterval: AGAIN }) });

  if (isPending) return <PageSkeleton />;
  if (!session) return <ProblemAlert error={error} retry={refetch} />;

  const title = named(session.activity_title_zh, session.activity_title_en);
  const begun = Date.parse(session.starts_at) <= now;
  const over = Date.parse(session.ends_at) <= now;
  const manages = mayManage(me, session);
  const waiting = waitingOf(guests.data ?? []);
  const expected = (guests.data ?? []).filter((guest) => ["registered", "attended"].includes(guest.state));
  const count = (state: string) => (guests.data ?? []).filter((guest) => guest.state === state).length;
  const refresh = () => invalidate("/api/v1/participations", "/api/v1/sessions", "/api/v1/waiting", "/api/v1/reports");
  const coming = count("registered") + count("attended") + count("recorded") + count("confirmed");

  const rolls = speaks && begun && waiting.length > 0 && !byDoor;
  const tabs = [
    ...(seen && door.data
      ? [
          {
            key: "close",
            label: byDoor && door.data.oddities.length > 0 ? closing("tab.closeWith", { count: door.data.oddities.length }) : closing("tab.close"),
            children: (
              <DoorPanel
                door={door.data}
                guests={guests.data ?? []}
                now={now}
                onClosed={(answer) => {
                  setClosed(answer);
                  void refresh();
                  scrollTo({ top: 0 });
                }}
              />
            ),
          },
        ]
      : []),
    ...(rolls
      ? [
          {
            key: "confirm",
            label: t("session.tab.confirm", { count: waiting.length }),
            children: (
              <RollCall
                session={session}
                guests={guests.data ?? []}
                onSent={(answer) => {
                  setSent(answer);
                  void refresh();
                  scrollTo({ top: 0 });
                }}
              />
            ),
          },
        ]
      : []),
    ...(speaks && doors && expected.length > 0 && !door.data?.session.closed_at
      ? [
          {
            key: "door",
            label: t("session.tab.door", { present: count("attended"), all: expected.length + count("absent") }),
            children: <Door session={session} guests={guests.data ?? []} />,
          },
        ]
      : []),
    {
      key: "people",
      label: t("session.tab.people", { count: guests.data?.length ?? 0 }),
      children: <Guests session={session} />,
    },
    ...(seen && door.data
      ? [
          {
            key: "scans",
            label: closing("tab.scans", { count: door.data.counts.scans }),
            children: <Scans session={id} />,
          },
        ]
      : []),
  ];
  const first = begun ? ["close", "confirm"] : ["door"];
  const usual = first.find((key) => tabs.some((tab) => tab.key === key)) ?? "people";
  const tab = tabs.some((one) => one.key === address.tab) ? address.tab : usual;

  const there = session.status !== "cancelled";
  const acts = [
    ...(there ? [{ key: "edit" as const, label: t("session.edit"), icon: <EditOutlined aria-hidden />, danger: false }] : []),
    { key: "copy" as const, label: t("session.copy"), icon: <CopyOutlined aria-hidden />, danger: false },
    ...(there ? [{ key: "cancel" as const, label: t("session.cancel"), icon: <StopOutlined aria-hidden />, danger: true }] : []),
  ];
  const facts: [string, string][] = [
    [t("session.host"), named(session.host_name_zh, session.host_name_en)],
    [t("session.place"), session.place || t("session.noPlace")],
    [t("session.kind"), kind(session.kind)],
    [t("session.length"), t("minutes", { count: session.minutes })],
    [t("session.grades"), grades(session.grades)],
    [
      t("session.coming"),
      session.capacity
        ? t("session.ofCapacity", { coming, capacity: session.capacity })
        : t("people", { count: coming }),
    ],
    ...(count("waitlisted") > 0
      ? [[t("session.waitlist"), t("people", { count: count("waitlisted") })] as [string, string]]
      : []),
    ...(session.opens_at ? [[t("form.opens_at"), formatTime(session.opens_at, "datetime", language)] as [string, string]] : []),
    ...(session.quotas.length > 0
      ? [
          [
            t("form.quotas"),
            session.quotas
              .map((quota) => t("session.quota", { school: named(quota.school_name_zh, quota.school_name_en), places: quota.places }))
              .join(t("session.quotaJoin")),
          ] as [string, string],
          [
            t("form.to_all_at"),
            session.to_all_at ? formatTime(session.to_all_at, "datetime", language) : t("session.toAllNever"),
          ] as [string, string],
        ]
      : []),
  ];

  return (
    <>
      <PageTitle
        lead={
          <>
            <time dateTime={session.starts_at} className="kepu-numbers">
              {formatTime(session.starts_at, "date", language)} {weekday(session.starts_at, language)}{" "}
              {formatTime(session.starts_at, "time", language)}–{formatTime(session.ends_at, "time", language)}
            </time>{" "}
            <StatusTag of="session" state={stateOf(session, now)} />
          </>
        }
        actions={
          <>
            {speaks && now < Date.parse(session.ends_at) + DOOR_STAYS && (
              <Button type={rolls || (byDoor && over) ? "default" : "primary"} icon={<ScanOutlined aria-hidden />} onClick={() => navigate(`/door/${id}`)}>
                {t("session.openDoor")}
              </Button>
            )}
            {manages &&
            (phone ? (
              <Dropdown
                trigger={["click"]}
                menu={{ items: acts.map(({ key, label, icon, danger }) => ({ key, label, icon, danger })), onClick: ({ key }) => setOpen(key as Act) }}
              >
                <Button icon={<MoreOutlined />} aria-label={t("session.more")} aria-haspopup="menu" />
              </Dropdown>
            ) : (
              acts.map(({ key, label, icon, danger }) => (
                <Button key={key} icon={icon} danger={danger} onClick={() => setOpen(key)}>
                  {label}
                </Button>
              ))
            ))}
          </>
        }
      >
        {title}
      </PageTitle>
      {session.status === "cancelled" && (
        <Alert type="error" showIcon style={{ marginBottom: 16 }} title={t("session.cancelled", { reason: session.reason })} />
      )}
      <Card size="small" style={{ marginBottom: 16 }}>
        <dl
          style={{
            display: "grid",
            gridTemplateColumns: phone ? "1fr 1fr" : "repeat(auto-fit, minmax(130px, 1fr))",
            gap: "10px 20px",
            margin: 0,
          }}
        >
          {facts.map(([word, value]) => (
            <div key={word}>
              <dt style={{ color: "var(--ant-color-text-secondary)", fontSize: 13 }}>{word}</dt>
              <dd style={{ margin: 0, fontWeight: 600 }}>{value}</dd>
            </div>
          ))}
        </dl>
        <div style={{ marginTop: 8 }} className="kepu-no-print">
          <Link to={`/activities/${session.activity_id}`}>{t("session.activity")}</Link>
        </div>
      </Card>
      <Suspense fallback={<PageSkeleton />}>
        {sent && <Outcome session={id} sent={sent} onClose={() => setSent(undefined)} />}
        {closed && <Closed answer={closed} onClose={() => setClosed(undefined)} />}
        <ProblemAlert error={door.error} retry={door.refetch} />
        {(guests.isPending || door.isLoading) && <PageSkeleton />}
        {isProblem(guests.error) && guests.error.status === 403 ? (
          <EmptyState title={t("session.noGuests")} />
        ) : (
          <ProblemAlert error={guests.error} retry={guests.refetch} />
        )}
        {guests.data && !door.isLoading && (
          <>
            {speaks && !begun && waiting.length > 0 && !seen && (
              <Alert
                type="info"
                showIcon
                style={{ marginBottom: 12 }}
                title={doors ? t("session.doorOpen") : t("session.notYet", { time: formatTime(session.starts_at, "datetime", language) })}
              />
            )}
            <Tabs
              activeKey={tab ?? "people"}
              onChange={(next) => setAddress({ tab: next === usual ? undefined : next })}
              destroyOnHidden={false}
              items={tabs}
            />
          </>
        )}
      </Suspense>
      <Suspense>
        {open === "edit" && <SessionForm session={session} onClose={() => setOpen(undefined)} />}
        {open === "copy" && <CopySession session={session} onClose={() => setOpen(undefined)} />}
        {open === "cancel" && <CancelSession session={session} onClose={() => setOpen(undefined)} />}
      </Suspense>
    </>
  );
}
