import { MoreOutlined, QrcodeOutlined, SoundOutlined, TeamOutlined } from "@ant-design/icons";
import { Alert, App, Button, Dropdown, Flex, Segmented } from "antd";
import { type ComponentType, lazy, Suspense, useCallback, useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";
import { Link, useNavigate } from "react-router";
import { doorApi } from "@/door/api";
import type { Door, Snapshot } from "@/door/door";
import { signal, unlockSound } from "@/door/feedback";
import type { Direction } from "@/door/fold";
import { openDoor } from "@/door/outbox";
import { outbox, store } from "@/door/shared";
import { typedCodes } from "@/door/typed";
import { useLive } from "@/door/useLive";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { useStored } from "@/ui/stored";
import { formatTime } from "@/ui/time";
import { useProblemText } from "@/ui/problems";
import { AnswerScreen, type Shown } from "./AnswerScreen";
import { CameraView } from "./CameraView";
import { OutboxBar } from "./OutboxBar";
import { Recent } from "./Recent";
import { useCarry } from "./useCarry";
import { useOnline } from "./useDoor";
import { toneOf } from "./words";

const pieces = [() => import("./ByHand"), () => import("./CodeScreen")] as const;
const ByHand = lazy(pieces[0]);
const CodeScreen = lazy(pieces[1]);

const CLOCK_TOLERANCE = 2 * 60_000;

/** The gate itself: camera, counts, answers. */
export function Gate({ door, wiped: Wiped }: { door: Door; wiped: ComponentType<{ waiting: number }> }) {
  const snapshot = useSyncExternalStore(door.subscribe, door.snapshot);
  return snapshot.wiped ? <Wiped waiting={snapshot.waiting} /> : <Open door={door} snapshot={snapshot} />;
}

function Open({ door, snapshot }: { door: Door; snapshot: Snapshot }) {
  const { t } = useTranslation("door");
  const { language } = useLanguage();
  const { message, modal } = App.useApp();
  const named = useNamed();
  const say = useProblemText();
  const navigate = useNavigate();
  const online = useOnline();
  const carry = useCarry();
  const { session, clock } = door.known.kept;
  const files = useLive(() => store.files.where("state").anyOf("waiting", "stuck").count(), "files") ?? 0;
  const [direction, setDirection] = useState<Direction>("in");
  const [silent, setSilent] = useStored("door.silent");
  const [shown, setShown] = useState<Shown>();
  const [open, setOpen] = useState<"hand" | "code">();
  const inOut = session.mode === "in_out";
  const title = named(session.activity_title_zh, session.activity_title_en);
  const off = Math.abs(clock?.offset ?? 0) > CLOCK_TOLERANCE;

  // The parts that come when they are needed must be there when the network is not.
  useEffect(() => {
    for (const piece of pieces) void piece().catch(() => {});
  }, []);
  useEffect(() => {
    document.title = `${title} · ${t("page.title")}`;
  }, [title, t]);

  const record = useCallback(
    async (inputs: Parameters<Door["recordAll"]>[0], decoded: number) => {
      try {
        const answers = await door.recordAll(inputs, direction);
        outbox.nudge();
        // Of a class the worst is shown: somebody must look at it.
        const rank = ["bad", "look", "again", "good", "left"];
        const [worst] = answers.toSorted((a, b) => rank.indexOf(toneOf(a)) - rank.indexOf(toneOf(b)));
        if (!worst) return;
        const same = answers.filter((answer) => answer.reason === worst.reason);
        const other = worst.elsewhere === undefined ? undefined : (await store.sessions.get(worst.elsewhere))?.session;
        setShown({
          key: worst.id,
          answer: worst,
          decoded,
          ...(answers.length > 1 && { people: same.length }),
          ...(other && { elsewhere: named(other.activity_title_zh, other.activity_title_en) }),
        });
        signal(toneOf(worst), silent === "");
      } catch {
        signal("bad", silent === "");
        message.error(t("page.stored"));
      }
    },
    [door, direction, silent, message, named, t],
  );
  const scanned = useCallback((text: string, decoded: number) => void record([{ pass: text }], decoded), [record]);

  const typed = useEffectEvent((text: string) => scanned(text, performance.now()));
  useEffect(() => {
    const collect = typedCodes((text) => typed(text));
    const pressed = (event: KeyboardEvent) => {
      // The Enter of a scanner must not press the button that happens to have the focus.
      if (collect(event, event.timeStamp)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    addEventListener("keydown", pressed, true);
    addEventListener("pointerdown", unlockSound);
    return () => {
      removeEventListener("keydown", pressed, true);
      removeEventListener("pointerdown", unlockSound);
    };
  }, []);

  const update = async () => {
    try {
      await openDoor(store, doorApi, session.id, door.known.kept.district_id);
      message.success(t("list.saved"));
    } catch (error) {
      message.error(say.whole(error));
    }
  };
  const close = () => {
    if (snapshot.waiting > 0) {
      void modal.warning({ title: t("page.closeWaits", { count: snapshot.waiting }) });
      void outbox.flush(true, true);
    } else void navigate(`/sessions/${session.id}?tab=close`);
  };
  const more = {
    items: [
      { key: "sound", icon: <SoundOutlined aria-hidden />, label: silent === "" ? t("page.soundOn") : t("page.soundOff") },
      { key: "refresh", label: t("page.refresh") },
      { key: "export", label: t("page.export") },
      { key: "import", label: t("page.import") },
      { type: "divider" as const },
      { key: "close", label: t("page.close") },
    ],
    onClick: ({ key }: { key: string }) => {
      if (key === "sound") setSilent(silent === "" ? "yes" : "");
      else if (key === "refresh") void update();
      else if (key === "export") void carry.write(session.id);
      else if (key === "import") carry.read();
      else close();
    },
  };

  return (
    <div className="kepu-door" data-door={session.id}>
      <header className="kepu-door-head">
        <Flex gap={8} align="center" justify="space-between" wrap>
          <Link to="/door" style={{ textDecoration: "underline" }}>
            {t("page.back")}
          </Link>
          <span className="kepu-door-badge" role="status" data-online={online}>
            <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
              {online ? <circle cx="6" cy="6" r="5" fill="currentColor" /> : <path d="M2 2 10 10M10 2 2 10" stroke="currentColor" strokeWidth="2.5" />}
            </svg>
            {online ? t("page.online") : t("page.offline")}
          </span>
        </Flex>
        <h1 style={{ marginTop: 6 }}>{title}</h1>
        <Muted>
          <span className="kepu-numbers">
            {formatTime(session.starts_at, "datetime", language)}–{formatTime(session.ends_at, "time", language)}
          </span>
          {session.place && ` · ${session.place}`}
        </Muted>
        {off && <Alert type="warning" showIcon style={{ marginTop: 8 }} title={t("page.clock", { minutes: Math.round((clock?.offset ?? 0) / 60_000) })} />}
        {!clock && <Alert type="info" showIcon style={{ marginTop: 8 }} title={t("page.clockUnknown")} />}
      </header>
      <section style={{ display: "grid", gap: 14, alignContent: "start" }}>
        <Flex justify="space-between" align="end" gap={12} wrap>
          <dl className="kepu-door-counts">
            <div>
              <dt>{inOut ? t("page.inside") : t("page.came")}</dt>
              <dd data-testid="inside">{inOut ? snapshot.inside : snapshot.came}</dd>
            </div>
            <div>
              <dt>{t("page.expected")}</dt>
              <dd style={{ fontWeight: 500 }}>{snapshot.expected}</dd>
            </div>
          </dl>
          {inOut && (
            <Segmented<Direction>
              size="large"
              aria-label={t("page.direction")}
              value={direction}
              options={[
                { value: "in", label: t("page.in") },
                { value: "out", label: t("page.out") },
              ]}
              onChange={(next) => setDirection(next)}
            />
          )}
        </Flex>
        <CameraView onCode={scanned} />
        <div className="kepu-door-acts">
          <Button size="large" icon={<TeamOutlined aria-hidden />} onClick={() => setOpen("hand")}>
            {t("page.byHand")}
          </Button>
          <Button size="large" icon={<QrcodeOutlined aria-hidden />} onClick={() => setOpen("code")}>
            {t("page.code")}
          </Button>
          <Dropdown trigger={["click"]} menu={more}>
            <Button size="large" icon={<MoreOutlined aria-hidden />} aria-haspopup="menu">
              {t("page.more")}
            </Button>
          </Dropdown>
        </div>
      </section>
      <Recent rows={snapshot.rows} />
      <OutboxBar waiting={snapshot.waiting} files={files} />
      <Suspense>
        {open === "hand" && (
          <ByHand
            guests={snapshot.guests}
            direction={direction}
            inOut={inOut}
            walkIns={session.walk_ins}
            onPeople={(people, method) => void record(people.map((person) => ({ person, method })), performance.now())}
            onClose={() => setOpen(undefined)}
          />
        )}
        {open === "code" && <CodeScreen door={door} onClose={() => setOpen(undefined)} />}
      </Suspense>
      <AnswerScreen shown={shown} onClose={() => setShown(undefined)} />
    </div>
  );
}
