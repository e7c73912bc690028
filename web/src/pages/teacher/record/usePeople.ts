import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useClassName } from "@/ui/names";
import { membersQuery, rosterQuery, useOwnSchool } from "../school";
import type { Draft, Session, Way } from "./draft";
import { findAll, type Known, parsePaste, type Trouble } from "./match";

/** One line of what will be sent, or of what cannot be. */
export interface Row {
  key: string;
  /** Where it came from, in words: the class, or the line. */
  from: string;
  way: Way;
  line?: number;
  person?: Known;
  number: string;
  name: string;
  className: string;
  minutes?: number;
  quantity?: number;
  trouble?: Trouble | "grade";
  first?: number;
  candidates?: Known[];
  choice?: string;
  /** The state of the person's participation in this session, if there is one. */
  there?: string;
  sends: boolean;
}

/** Everybody who was ticked, pasted or given in a sheet, each once, with what is wrong beside. */
export function usePeople(draft: Draft, session: Session): { rows: Row[]; ready: boolean } {
  const { t } = useTranslation("teacher");
  const className = useClassName();
  const school = useOwnSchool();
  const given = useMemo(() => parsePaste(draft.text), [draft.text]);
  const sheet = draft.sheet?.rows;
  const needsRoster = given.length > 0 || (sheet?.length ?? 0) > 0;
  const roster = useQuery({ ...rosterQuery(school.id), enabled: needsRoster && school.id !== "" });
  const classIds = Object.keys(draft.ticked).filter((id) => (draft.ticked[id]?.length ?? 0) > 0);
  const members = useQueries({ queries: classIds.map((id) => membersQuery(id)) });
  const there = useThere(session.id, school.id);

  const rows: Row[] = [];
  const seen = new Map<string, string>();
  const grades = session.grades;
  const push = (row: Omit<Row, "sends" | "className" | "number" | "name"> & { number?: string; name?: string }) => {
    const person = row.person;
    const grade = person?.grade;
    let trouble = row.trouble;
    if (person && !trouble) {
      const before = seen.get(person.id);
      if (before !== undefined) trouble = "twice";
      else seen.set(person.id, row.from);
    }
    if (!trouble && person && grade !== null && grade !== undefined && grades) {
      const from = grades.from ?? -3;
      const to = grades.to ?? 99;
      if (grade < from || grade > to) trouble = "grade";
    }
    const state = person && there.get(person.id);
    const sends = (!trouble || trouble === "unknown_number") && !draft.dropped.includes(row.key);
    rows.push({
      ...row,
      number: person?.number ?? row.number ?? "",
      name: person?.name ?? row.name ?? "",
      className: person ? className(person.grade, person.class_name) : "",
      ...(trouble && { trouble }),
      ...(state && { there: state }),
      sends,
    });
  };

  for (const [at, id] of classIds.entries()) {
    const ticked = new Set(draft.ticked[id]);
    for (const person of members[at]?.data ?? [])
      if (ticked.has(person.id))
        push({ key: person.id, from: className(person.grade, person.class_name), way: "class", person });
  }
  for (const [way, list] of [
    ["paste", given],
    ["sheet", sheet ?? []],
  ] as const) {
    if (list.length === 0 || !roster.data) continue;
    for (const [place, finding] of findAll(list, roster.data, draft.chosen).entries()) {
      const one = finding.given;
      push({
        key: `${way} ${place} ${one.number ?? ""}${one.name ?? ""}`,
        from: t(way === "paste" ? "record.line" : "record.row", { row: one.row }),
        way,
        line: one.row,
        ...(one.number && { number: one.number }),
        ...(one.name && { name: one.name }),
        ...(finding.person && { person: finding.person }),
        ...(one.minutes !== undefined && { minutes: one.minutes }),
        ...(one.quantity !== undefined && { quantity: one.quantity }),
        ...(finding.trouble && { trouble: finding.trouble }),
        ...(finding.first !== undefined && { first: finding.first }),
        ...(finding.candidates && { candidates: finding.candidates, choice: `${one.row} ${one.name ?? ""}` }),
      });
    }
  }
  const ready = (!needsRoster || roster.data !== undefined) && members.every((query) => query.data !== undefined);
  return { rows, ready };
}

/** Who of the school is in the session already, and in which state; also who was absent, for only the host takes that back. */
export function useThere(session: string, school: string): Map<string, string> {
  const { data } = useQuery(
    getQuery("/api/v1/participations", { params: { query: { session, ...(school && { school }), limit: 500 } } }),
  );
  return useMemo(
    () =>
      new Map(
        (data?.items ?? [])
          .filter(({ state }) => !["withdrawn", "rejected", "voided"].includes(state))
          .map((one) => [one.person_id, one.state]),
      ),
    [data],
  );
}
