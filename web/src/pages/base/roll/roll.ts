import type { Schemas } from "@/api/client";
import { type Guest, WAITING } from "../guests";

/** What the host says of one person; `later` leaves the person waiting. */
export type Mark =
  | { as: "present"; minutes?: number }
  | { as: "absent" }
  | { as: "reject"; reason: string }
  | { as: "later" };
export type Marks = Readonly<Record<string, Mark>>;

export type Said =
  | { do: "mark"; ids: readonly string[]; mark: Mark }
  | { do: "toggle"; id: string; usual: Mark }
  | { do: "minutes"; id: string; minutes: number | undefined }
  | { do: "forget"; ids?: readonly string[] };

export function say(marks: Marks, said: Said): Marks {
  switch (said.do) {
    case "mark":
      return { ...marks, ...Object.fromEntries(said.ids.map((id) => [id, said.mark])) };
    case "toggle": {
      const present = (marks[said.id] ?? said.usual).as === "present";
      return { ...marks, [said.id]: present ? { as: "absent" } : { as: "present" } };
    }
    case "minutes":
      return {
        ...marks,
        [said.id]: said.minutes === undefined ? { as: "present" } : { as: "present", minutes: said.minutes },
      };
    case "forget": {
      if (!said.ids) return {};
      const gone = new Set(said.ids);
      return Object.fromEntries(Object.entries(marks).filter(([id]) => !gone.has(id)));
    }
  }
}

/** Whether the door was kept: then who was not seen did probably not come. */
export function doorKept(guests: readonly Guest[]): boolean {
  return guests.some((guest) => guest.state === "attended");
}

/** What is sent about somebody of whom nothing was said. Who recorded a person may not confirm the same person. */
export function usualMark(guest: Guest, me: string, kept: boolean): Mark {
  if (guest.recorded_by === me) return { as: "later" };
  return kept && guest.state === "registered" ? { as: "absent" } : { as: "present" };
}

/** Of whom the host has still to speak. */
export function waitingOf(guests: readonly Guest[]): Guest[] {
  return guests.filter((guest) => WAITING.includes(guest.state));
}

export interface Sorted {
  present: Guest[];
  changed: { guest: Guest; minutes: number }[];
  absent: Guest[];
  rejected: { guest: Guest; reason: string }[];
  later: Guest[];
}

/** The marks person by person, as they are summed up before sending. */
export function sortMarks(guests: readonly Guest[], markOf: (guest: Guest) => Mark): Sorted {
  const sorted: Sorted = { present: [], changed: [], absent: [], rejected: [], later: [] };
  for (const guest of guests) {
    const mark = markOf(guest);
    if (mark.as === "present") {
      sorted.present.push(guest);
      if (mark.minutes !== undefined) sorted.changed.push({ guest, minutes: mark.minutes });
    } else if (mark.as === "reject") sorted.rejected.push({ guest, reason: mark.reason });
    else sorted[mark.as].push(guest);
  }
  return sorted;
}

type Request = Schemas["ConfirmRequest"];

/** The requests that say it. Everybody is named: who was entered meanwhile, unseen, keeps waiting. */
export function requestsFor(guests: readonly Guest[], markOf: (guest: Guest) => Mark, most = 500): Request[] {
  const spoken = guests.filter((guest) => markOf(guest).as !== "later");
  const requests: Request[] = [];
  for (let at = 0; at < spoken.length; at += most) {
    const request = { confirm: [], reject: [], absent: [] } as Required<Pick<Request, "confirm" | "reject" | "absent">>;
    for (const guest of spoken.slice(at, at + most)) {
      const mark = markOf(guest);
      if (mark.as === "absent") request.absent.push(guest.id);
      else if (mark.as === "reject") request.reject.push({ participation_id: guest.id, reason: mark.reason });
      else if (mark.as === "present")
        request.confirm.push({
          participation_id: guest.id,
          ...(mark.minutes !== undefined && { minutes: mark.minutes }),
        });
    }
    requests.push(request);
  }
  return requests;
}

/** Marks of a session that were not sent yet, kept in this tab, so that a reload loses nothing. */
export const draft = {
  read(session: string): Marks {
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(`kepu.roll.${session}`) ?? "{}");
      return typeof kept === "object" && kept !== null ? (kept as Marks) : {};
    } catch {
      return {};
    }
  },
  keep(session: string, marks: Marks) {
    if (Object.keys(marks).length === 0) sessionStorage.removeItem(`kepu.roll.${session}`);
    else sessionStorage.setItem(`kepu.roll.${session}`, JSON.stringify(marks));
  },
};
