import { useQuery } from "@tanstack/react-query";
import { Button, Card, Checkbox, Flex, Skeleton } from "antd";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { usePhone } from "@/app/theme";
import { useText } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { useClassName } from "@/ui/names";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { StatusTag } from "@/ui/StatusTag";
import { classesQuery, membersQuery, type Person, type SchoolClass, useOwnClasses, useOwnSchool } from "../school";
import type { Draft, Session } from "./draft";
import { useThere } from "./usePeople";

interface Props {
  draft: Draft;
  session: Session;
  change: (next: Partial<Draft>) => void;
}

/** Choosing a class ticks everybody who is not in the session yet: the usual case is a whole class less the absent. */
export function ByClass({ draft, session, change }: Props) {
  const { t } = useTranslation("teacher");
  const school = useOwnSchool();
  const own = useOwnClasses();
  const { data: classes, error, isPending, refetch } = useQuery(classesQuery(school.id));
  const shown = classes?.find(({ id }) => id === draft.classId);

  return (
    <>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <Skeleton active title={false} paragraph={{ rows: 3 }} />}
      {classes?.length === 0 && <EmptyState title={t("record.noClasses")} lead={t("record.noClassesLead")} />}
      {classes && classes.length > 0 && (
        <ClassButtons
          classes={classes}
          own={own.ids}
          counts={Object.fromEntries(Object.entries(draft.ticked).map(([id, list]) => [id, list.length]))}
          {...(draft.classId && { chosen: draft.classId })}
          onChoose={(classId) => change({ classId })}
        />
      )}
      {shown && <Members key={shown.id} group={shown} draft={draft} session={session} change={change} />}
      {classes && classes.length > 0 && !shown && <Muted block>{t("record.chooseClass")}</Muted>}
    </>
  );
}

interface ButtonsProps {
  classes: SchoolClass[];
  own: string[];
  counts: Record<string, number>;
  chosen?: string;
  onChoose: (id: string) => void;
}

function ClassButtons({ classes, own, counts, chosen, onChoose }: ButtonsProps) {
  const { t } = useTranslation("teacher");
  const text = useText();
  const className = useClassName();
  const groups = new Map<string, SchoolClass[]>();
  const mine = classes.filter(({ id }) => own.includes(id));
  if (mine.length > 0) groups.set(t("record.mine"), mine);
  for (const one of classes) {
    const grade = text(`common:grade.${one.grade}`, {}, String(one.grade));
    groups.set(grade, [...(groups.get(grade) ?? []), one]);
  }
  return (
    <div style={{ display: "grid", gap: 8, marginBottom: 16 }}>
      {[...groups].map(([title, list]) => (
        <Flex key={title} gap={8} wrap align="center" role="group" aria-label={title}>
          <Muted style={{ minWidth: "4.5em" }}>{title}</Muted>
          {list.map((one) => {
            const count = counts[one.id] ?? 0;
            return (
              <Button
                key={one.id}
                type={one.id === chosen ? "primary" : "default"}
                aria-pressed={one.id === chosen}
                aria-label={className(one.grade, one.name)}
                onClick={() => onChoose(one.id)}
              >
                {list === mine ? className(one.grade, one.name) : className(undefined, one.name)}
                {count > 0 && <span className="kepu-numbers"> · {count}</span>}
              </Button>
            );
          })}
        </Flex>
      ))}
    </div>
  );
}

interface MembersProps extends Props {
  group: SchoolClass;
}

function Members({ group, draft, session, change }: MembersProps) {
  const { t } = useTranslation("teacher");
  const className = useClassName();
  const phone = usePhone();
  const school = useOwnSchool();
  const there = useThere(session.id, school.id);
  const { data: persons, error, isPending, refetch } = useQuery(membersQuery(group.id));
  const chosen = draft.ticked[group.id];
  const free = (persons ?? []).filter((person) => !there.has(person.id));
  const set = (ids: string[]) => change({ ticked: { ...draft.ticked, [group.id]: ids } });

  useEffect(() => {
    if (persons && chosen === undefined)
      change({ ticked: { ...draft.ticked, [group.id]: persons.filter((person) => !there.has(person.id)).map(({ id }) => id) } });
    // When the class is opened for the first time.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [persons === undefined, chosen === undefined, group.id]);

  const ticked = new Set(chosen);
  const name = className(group.grade, group.name);
  return (
    <Card size="small">
      <Flex gap={8} wrap align="center" justify="space-between" style={{ marginBottom: 10 }}>
        <span>
          <strong>{name}</strong>{" "}
          <Muted style={{ marginInlineStart: 8 }}>
            <span role="status">{t("record.ticked", { ticked: ticked.size, all: free.length })}</span>
          </Muted>
        </span>
        <Flex gap={6} wrap role="group" aria-label={t("record.tickGroup")}>
          <Button size="small" onClick={() => set(free.map(({ id }) => id))}>
            {t("record.all")}
          </Button>
          <Button size="small" onClick={() => set([])}>
            {t("record.nobody")}
          </Button>
          <Button size="small" onClick={() => set(free.filter(({ id }) => !ticked.has(id)).map(({ id }) => id))}>
            {t("record.invert")}
          </Button>
        </Flex>
      </Flex>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <Skeleton active title={false} paragraph={{ rows: 8 }} />}
      {persons && <Grid label={name} persons={persons} ticked={ticked} there={there} onChange={set} />}
      {persons && !phone && (
        <Muted block style={{ margin: "10px 0 0", fontSize: 13 }}>
          {t("record.keys")}
        </Muted>
      )}
    </Card>
  );
}

interface GridProps {
  label: string;
  persons: Person[];
  ticked: Set<string>;
  there: Map<string, string>;
  onChange: (ids: string[]) => void;
}

/** One stop for the Tab key; arrows move, the space bar ticks, Shift with either ticks the range from the last one. */
function Grid({ label, persons, ticked, there, onChange }: GridProps) {
  const [at, setAt] = useState(0);
  const anchor = useRef(0);
  const box = useRef<HTMLDivElement>(null);
  const shift = useRef(false);

  const focus = (next: number) => {
    setAt(next);
    box.current?.querySelectorAll<HTMLInputElement>("input")[next]?.focus();
  };
  const tick = (place: number, on: boolean, range: boolean) => {
    const [from, to] = range ? [Math.min(anchor.current, place), Math.max(anchor.current, place)] : [place, place];
    const next = new Set(ticked);
    for (const person of persons.slice(from, to + 1)) {
      if (there.has(person.id)) continue;
      if (on) next.add(person.id);
      else next.delete(person.id);
    }
    anchor.current = place;
    setAt(place);
    onChange(persons.filter(({ id }) => next.has(id)).map(({ id }) => id));
  };
  const columns = () => {
    const items = [...(box.current?.children ?? [])] as HTMLElement[];
    const top = items[0]?.offsetTop;
    const first = items.findIndex((item) => item.offsetTop !== top);
    return first < 0 ? items.length : first;
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === " ") shift.current = event.shiftKey;
    const step: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
    const by = step[event.key];
    if (by !== undefined) {
      event.preventDefault();
      const next = at + by;
      if (next < 0 || next >= persons.length) return;
      const here = persons[at];
      if (event.shiftKey && here) {
        const on = ticked.has(here.id);
        anchor.current = at;
        tick(next, on, true);
      }
      focus(next);
    } else if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      focus(event.key === "Home" ? 0 : persons.length - 1);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onChange(persons.filter(({ id }) => !there.has(id)).map(({ id }) => id));
    }
  };

  return (
    // The keys move between the boxes in it, which are what one operates.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={box}
      role="group"
      aria-label={label}
      className="kepu-persons"
      onKeyDown={pressed}
      onPointerDown={(event) => {
        shift.current = event.shiftKey;
      }}
    >
      {persons.map((person, place) => {
        const state = there.get(person.id);
        return (
          <Checkbox
            key={person.id}
            checked={ticked.has(person.id)}
            disabled={state !== undefined}
            tabIndex={place === at ? 0 : -1}
            onFocus={() => setAt(place)}
            onChange={(event) => tick(place, event.target.checked, shift.current)}
          >
            {person.name} <Muted style={{ fontSize: 13 }}>{person.number}</Muted>{" "}
            {state && <StatusTag of="participation" state={state} />}
          </Checkbox>
        );
      })}
    </div>
  );
}
