import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Input, Skeleton } from "antd";
import { useEffect, useState } from "react";
import { Link, useNavigate } from "react-router";
import { getQuery, meQuery } from "@/api/query";
import { renameDevice, thisDevice } from "@/door/device";
import { outbox, persist, store } from "@/door/shared";
import { useLive } from "@/door/useLive";
import { wipe } from "@/door/wipe";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime, today } from "@/ui/time";
import { useNow } from "@/pages/base/useNow";
import { OutboxBar } from "./OutboxBar";
import { useCarry } from "./useCarry";
import { useOnline } from "./useDoor";
import { useWorker } from "./useWorker";
import "./door.css";

/** How far ahead sessions are shown: who opens the door the evening before has the list in the morning. */
const AHEAD = 7 * 24 * 3600_000;

export function Component() {
  const { t } = useTranslation("door");
  const { data: me } = useQuery(meQuery);
  const online = useOnline();
  const carry = useCarry();
  const waiting = useLive(() => store.scans.where("state").equals("waiting").count(), "waiting") ?? 0;
  const files = useLive(() => store.files.where("state").anyOf("waiting", "stuck").count(), "files") ?? 0;
  useWorker();
  useEffect(() => {
    void wipe(store);
    return outbox.start();
  }, []);

  return (
    <>
      <PageTitle lead={t("list.lead")} actions={<Button onClick={carry.read}>{t("list.import")}</Button>}>
        {t("list.title")}
      </PageTitle>
      {!online && <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("list.offline")} />}
      {online && me === null && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 16 }}
          title={t("list.signedOut")}
          action={
            <Link to="/sign-in?next=/door">
              {t("list.signIn")}
            </Link>
          }
        />
      )}
      <div style={{ display: "grid", gap: 20, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 380px), 1fr))", alignItems: "start" }}>
        <KeptHere />
        {me && <Coming hosts={me.grants.flatMap((grant) => grant.organization_id ?? [])} />}
        <ThisDevice />
      </div>
      <div style={{ height: 16 }} />
      <OutboxBar waiting={waiting} files={files} />
    </>
  );
}

function KeptHere() {
  const { t } = useTranslation("door");
  const named = useNamed();
  const { language } = useLanguage();
  const navigate = useNavigate();
  const kept = useLive(async () => {
    const sessions = await store.sessions.toArray();
    const counts = await Promise.all(
      sessions.map(({ id }) => store.scans.where("[session_id+state]").equals([id, "waiting"]).count()),
    );
    return sessions
      .map((one, at) => ({ ...one, waiting: counts[at] ?? 0 }))
      .toSorted((a, b) => a.session.starts_at.localeCompare(b.session.starts_at));
  }, "kept");
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 18 }}>{t("list.kept")}</h2>}>
      {kept === undefined && <Skeleton active title={false} paragraph={{ rows: 3 }} />}
      {kept?.length === 0 && <EmptyState title={t("list.keptNone")} />}
      <ul className="kepu-door-rows">
        {kept?.map(({ id, session, waiting, wipe_after, wipedAt }) => (
          <li key={id}>
            <span className="kepu-door-who">
              <Link to={`/door/${id}`} style={{ fontWeight: 600 }}>
                {named(session.activity_title_zh, session.activity_title_en)}
              </Link>
              <br />
              <span className="kepu-numbers">{formatTime(session.starts_at, "datetime", language)}</span>{" "}
              {session.place && <Muted>{session.place}</Muted>}
              <br />
              <Muted>
                {waiting > 0 ? t("list.waiting", { count: waiting }) : t("list.allSent")} ·{" "}
                {wipedAt === undefined ? t("list.wipes", { date: formatTime(wipe_after, "date", language) }) : t("list.wiped")}
              </Muted>
            </span>
            {wipedAt === undefined && (
              <Button type="primary" onClick={() => navigate(`/door/${id}`)}>
                {t("list.goOn")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Coming({ hosts }: { hosts: string[] }) {
  const { t } = useTranslation("door");
  const named = useNamed();
  const { language } = useLanguage();
  const navigate = useNavigate();
  const now = useNow();
  const own = new Set(hosts);
  const only = own.size === 1 ? hosts[0] : undefined;
  const { data, error, isPending, refetch } = useQuery(
    getQuery("/api/v1/sessions", {
      params: { query: { from: today(), to: today(new Date(now + AHEAD)), limit: 200, ...(only && { host_id: only }) } },
    }),
  );
  const keptIds = useLive(() => store.sessions.toCollection().primaryKeys(), "ids") ?? [];
  const items = (data?.items ?? []).filter((item) => own.has(item.host_id) && item.status !== "cancelled" && !keptIds.includes(item.id));
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 18 }}>{t("list.coming")}</h2>}>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <Skeleton active title={false} paragraph={{ rows: 3 }} />}
      {data && items.length === 0 && <EmptyState title={t("list.comingNone")} />}
      <ul className="kepu-door-rows">
        {items.slice(0, 30).map((row) => (
          <li key={row.id}>
            <span className="kepu-door-who">
              <strong>{named(row.activity_title_zh, row.activity_title_en)}</strong>
              <br />
              <span className="kepu-numbers">
                {formatTime(row.starts_at, "weekday", language)} {formatTime(row.starts_at, "time", language)}–
                {formatTime(row.ends_at, "time", language)}
              </span>{" "}
              {row.place && <Muted>{row.place}</Muted>}
            </span>
            <Button
              aria-label={`${t("list.open")} ${named(row.activity_title_zh, row.activity_title_en)} ${formatTime(row.starts_at, "datetime", language)}`}
              onClick={() => navigate(`/door/${row.id}`)}
            >
              {t("list.open")}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function ThisDevice() {
  const { t } = useTranslation("door");
  const device = useLive(() => store.device.get("self"), "device");
  const [name, setName] = useState<string>();
  const [persisted, setPersisted] = useState<boolean>();
  useEffect(() => {
    void thisDevice(store);
    void navigator.storage?.persisted?.().then(setPersisted);
  }, []);
  const shown = name ?? device?.name ?? "";
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 18 }}>{t("list.device")}</h2>}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void renameDevice(store, shown).then(() => setName(undefined));
        }}
      >
        <label htmlFor="door-device" style={{ fontWeight: 600 }}>
          {t("list.deviceName")}
        </label>
        <Flex gap={8} style={{ marginTop: 4 }}>
          <Input id="door-device" value={shown} maxLength={60} onChange={(event) => setName(event.target.value)} />
          <Button htmlType="submit" disabled={name === undefined || name.trim() === "" || name === device?.name}>
            {t("list.save")}
          </Button>
        </Flex>
        <Muted block style={{ margin: "4px 0 0" }}>{t("list.deviceLead")}</Muted>
      </form>
      {persisted !== undefined && (
        <Flex gap={8} align="center" justify="space-between" wrap style={{ marginTop: 16 }}>
          <span>{persisted ? t("list.storage.yes") : t("list.storage.no")}</span>
          {!persisted && <Button onClick={() => void persist().then(setPersisted)}>{t("list.storage.ask")}</Button>}
        </Flex>
      )}
      <Muted block style={{ margin: "16px 0 0" }}>{t("list.install")}</Muted>
    </Card>
  );
}
