import { SearchOutlined, SendOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Input, type InputRef } from "antd";
import { type KeyboardEvent, lazy, Suspense, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { useMe } from "@/api/query";
import { usePhone } from "@/app/theme";
import { Muted } from "@/ui/Muted";
import { useClassName } from "@/ui/names";
import { type Guest, inLine, type SessionRow } from "../guests";
import { doorKept, draft, type Mark, say, sortMarks, usualMark, waitingOf } from "./roll";
import "./roll.css";
import { type RollActs, RollRow, rowId } from "./RollRow";

const RejectReason = lazy(() => import("./RejectReason"));
const SendRoll = lazy(() => import("./SendRoll"));

interface Props {
  session: SessionRow;
  guests: Guest[];
  onSent: Parameters<typeof SendRoll>[0]["onSent"];
}

/** Who was there: everybody is taken as present, and the host names the exceptions, with the keyboard or with a thumb. */
export function RollCall({ session, guests, onSent }: Props) {
  const { t } = useTranslation("base");
  const classNameOf = useClassName();
  const me = useMe();
  const phone = usePhone();
  const [marks, tell] = useReducer(say, session.id, draft.read);
  const [current, setCurrent] = useState<string>();
  const [typing, setTyping] = useState<{ id: string; text: string }>();
  const [rejecting, setRejecting] = useState<Guest>();
  const [sending, setSending] = useState(false);
  const [find, setFind] = useState("");
  const search = useRef<InputRef>(null);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => draft.keep(session.id, marks), [session.id, marks]);

  const waiting = useMemo(() => inLine(waitingOf(guests)), [guests]);
  const kept = doorKept(guests);
  const usual = (guest: Guest): Mark => usualMark(guest, me.account_id, kept);
  const markOf = (guest: Guest): Mark =>
    guest.recorded_by === me.account_id ? usual(guest) : (marks[guest.id] ?? usual(guest));
  const sorted = sortMarks(waiting, markOf);
  const own = waiting.filter((guest) => guest.recorded_by === me.account_id).length;

  const wanted = find.trim().toLowerCase();
  const shown = wanted === "" ? waiting : waiting.filter((guest) => `${guest.name} ${guest.number}`.toLowerCase().includes(wanted));
  const reached = shown.some((guest) => guest.id === current) ? current : shown[0]?.id;

  const focus = (id: string | undefined) => {
    if (id === undefined) return;
    setCurrent(id);
    // After the row is drawn.
    requestAnimationFrame(() => {
      const row = document.getElementById(rowId(id));
      row?.focus({ preventScroll: true });
      row?.closest("li")?.scrollIntoView({ block: "nearest" });
    });
  };

  const acts = useRef<RollActs>(null as never);
  acts.current = {
    toggle: (guest) => tell({ do: "toggle", id: guest.id, usual: usual(guest) }),
    reject: setRejecting,
    edit: (guest, typed = "") => setTyping({ id: guest.id, text: typed }),
    minutes: (guest, minutes) => {
      if (typing?.id !== guest.id) return;
      setTyping(undefined);
      const before = guest.minutes ?? guest.planned_minutes;
      if (minutes !== undefined) tell({ do: "minutes", id: guest.id, minutes: minutes === before ? undefined : minutes });
      focus(guest.id);
    },
    reach: setCurrent,
  };

  // Ready for the keyboard at once; on a phone this would only scroll.
  useEffect(() => {
    if (!phone && document.activeElement === document.body) focus(shown[0]?.id);
    // Once.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);

  const pressed = (event: KeyboardEvent) => {
    // Dialogs belong to the list for React, but their keys are their own.
    if (!(event.target instanceof Node && list.current?.contains(event.target))) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      setSending(true);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement && event.target.type !== "checkbox") return;
    const at = shown.findIndex((guest) => guest.id === reached);
    const guest = shown[at];
    if (!guest) return;
    const mine = guest.recorded_by === me.account_id;
    const go = (to: number) => focus(shown[Math.max(0, Math.min(shown.length - 1, to))]?.id);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const mark = (next: Mark) => !mine && tell({ do: "mark", ids: [guest.id], mark: next });
    if (key === "ArrowDown" || key === "j") go(at + 1);
    else if (key === "ArrowUp" || key === "k") go(at - 1);
    else if (key === "PageDown") go(at + 10);
    else if (key === "PageUp") go(at - 10);
    else if (key === "Home") go(0);
    else if (key === "End") go(shown.length - 1);
    else if (key === "a") mark(markOf(guest).as === "absent" ? { as: "present" } : { as: "absent" });
    else if (key === "p") mark({ as: "present" });
    else if (key === "l") mark({ as: "later" });
    else if (key === "r" || key === "x") {
      if (!mine) setRejecting(guest);
    } else if (key === "m") {
      if (!mine) acts.current.edit(guest);
    } else if (/^\d$/.test(key)) {
      if (!mine) acts.current.edit(guest, key);
    } else if (key === "/") search.current?.focus();
    else return;
    event.preventDefault();
  };

  const groups = useMemo(() => {
    const all = new Map<string, { school: string; grade: number | null; name: string; rows: Guest[] }>();
    for (const guest of shown) {
      const key = `${guest.school_id ?? ""} ${guest.class_id ?? ""}`;
      const group = all.get(key) ?? {
        school: guest.school_name_zh ?? "",
        grade: guest.grade ?? null,
        name: guest.class_name ?? "",
        rows: [],
      };
      group.rows.push(guest);
      all.set(key, group);
    }
    return [...all];
  }, [shown]);

  const counted = (
    <Flex gap={phone ? 10 : 18} wrap style={{ fontSize: 17, fontWeight: 600 }} className="kepu-numbers" role="status">
      <span>{t("roll.count.present", { count: sorted.present.length })}</span>
      <span>{t("roll.count.absent", { count: sorted.absent.length })}</span>
      <span>{t("roll.count.reject", { count: sorted.rejected.length })}</span>
      {sorted.later.length > 0 && <span>{t("roll.count.later", { count: sorted.later.length })}</span>}
    </Flex>
  );

  return (
    // Keys work while something in the list has the focus, and not elsewhere.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={list} onKeyDown={pressed}>
      {own > 0 && (
        <Alert type="warning" showIcon style={{ marginBottom: 12 }} title={t("roll.ownAlert", { count: own })} />
      )}
      {kept && <Alert type="info" showIcon style={{ marginBottom: 12 }} title={t("roll.doorKept")} />}
      <Flex gap={12} wrap align="center" justify="space-between" style={{ marginBottom: 12 }}>
        <Input
          ref={search}
          prefix={<SearchOutlined aria-hidden />}
          allowClear
          value={find}
          aria-label={t("roll.find")}
          placeholder={t("roll.find")}
          style={{ width: phone ? "100%" : 260 }}
          onChange={(event) => setFind(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
              const first = shown[0]?.id;
              setFind("");
              focus(first);
            } else if (event.key === "Escape") {
              setFind("");
              focus(reached);
            } else if (event.key === "ArrowDown") {
              event.preventDefault();
              focus(shown[0]?.id);
            }
          }}
        />
        {!phone && (
          <Muted>
            <span className="kepu-roll-keys">
              <kbd>↑</kbd> <kbd>↓</kbd> {t("roll.keys.move")} <kbd>A</kbd> {t("roll.keys.absent")} <kbd>R</kbd>{" "}
              {t("roll.keys.reject")} <kbd>0–9</kbd> {t("roll.keys.minutes")} <kbd>L</kbd> {t("roll.keys.later")}{" "}
              <kbd>/</kbd> {t("roll.keys.find")} <kbd>Ctrl ⏎</kbd> {t("roll.keys.send")}
            </span>
          </Muted>
        )}
      </Flex>
      {shown.length === 0 && <Muted block>{t("roll.noneFound", { q: find })}</Muted>}
      {groups.map(([key, group]) => {
        const ids = group.rows.filter((guest) => guest.recorded_by !== me.account_id).map((guest) => guest.id);
        const label = [group.school, group.name && classNameOf(group.grade, group.name)]
          .filter((part) => part !== "")
          .join(" ");
        const heading = `class-${key.replaceAll(/\W/g, "")}`;
        return (
          <section key={key} aria-labelledby={heading} style={{ marginBottom: 16 }}>
            <Flex gap={8} align="center" wrap style={{ marginBottom: 6 }}>
              <h2 id={heading} style={{ margin: 0, fontSize: 16 }}>
                {label || t("roll.noClass")}
              </h2>
              <Muted>{t("people", { count: group.rows.length })}</Muted>
              <span style={{ flex: 1 }} />
              {ids.length > 0 && (
                <>
                  <Button size="small" onClick={() => tell({ do: "mark", ids, mark: { as: "present" } })}>
                    {t("roll.allPresent")}
                  </Button>
                  <Button size="small" onClick={() => tell({ do: "mark", ids, mark: { as: "absent" } })}>
                    {t("roll.allAbsent")}
                  </Button>
                </>
              )}
            </Flex>
            <ul className="kepu-roll-list">
              {group.rows.map((guest) => (
                <RollRow
                  key={guest.id}
                  guest={guest}
                  mark={markOf(guest)}
                  current={guest.id === reached}
                  typing={typing?.id === guest.id ? typing.text : undefined}
                  own={guest.recorded_by === me.account_id}
                  phone={phone}
                  acts={acts}
                />
              ))}
            </ul>
          </section>
        );
      })}
      <div className="kepu-roll-foot kepu-no-print">
        <Flex gap={12} align="center" justify="space-between" wrap>
          {counted}
          <Flex gap={8} style={phone ? { width: "100%" } : {}}>
            {Object.keys(marks).length > 0 && (
              <Button onClick={() => tell({ do: "forget" })}>{t("roll.forget")}</Button>
            )}
            <Button
              type="primary"
              size="large"
              icon={<SendOutlined aria-hidden />}
              aria-keyshortcuts="Control+Enter"
              disabled={sorted.later.length === waiting.length}
              style={phone ? { flex: 1 } : {}}
              onClick={() => setSending(true)}
            >
              {t("roll.review")}
            </Button>
          </Flex>
        </Flex>
      </div>
      <Suspense>
        {rejecting && (
          <RejectReason
            guest={rejecting}
            mark={markOf(rejecting)}
            onMark={(mark) => tell({ do: "mark", ids: [rejecting.id], mark })}
            onClose={() => {
              setRejecting(undefined);
              focus(rejecting.id);
            }}
          />
        )}
        {sending && (
          <SendRoll
            session={session}
            guests={waiting}
            markOf={markOf}
            sorted={sorted}
            onClose={() => {
              setSending(false);
              focus(reached);
            }}
            onSent={(answer) => {
              tell({ do: "forget" });
              setSending(false);
              onSent(answer);
            }}
          />
        )}
      </Suspense>
    </div>
  );
}
