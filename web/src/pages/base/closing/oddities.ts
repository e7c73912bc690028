import type { Schemas } from "@/api/client";

export type Oddity = Schemas["DoorOddity"];
export type Kind = Oddity["kind"];

/** Oddities of one kind, in the order in which the service tells them: the gravest first. */
export interface Group {
  kind: Kind;
  all: Oddity[];
}

export function grouped(oddities: readonly Oddity[]): Group[] {
  const groups = new Map<Kind, Oddity[]>();
  for (const one of oddities) groups.set(one.kind, [...(groups.get(one.kind) ?? []), one]);
  return [...groups].map(([kind, all]) => ({ kind, all }));
}

/** Whether closing would confirm this person if nobody held it back, so that holding back means something. */
export const HOLDS: readonly Kind[] = ["two_places", "never_left"];

interface Guest {
  person_id: string;
  state: string;
  recorded_by: string;
}

export interface Planned<G> {
  confirmed: G[];
  absent: G[];
  held: G[];
  /** Entered by who closes: only somebody else may confirm them. */
  own: G[];
}

/** What closing will do to whom. */
export function planned<G extends Guest>(guests: readonly G[], hold: ReadonlySet<string>, markAbsent: boolean, me: string): Planned<G> {
  const plan: Planned<G> = { confirmed: [], absent: [], held: [], own: [] };
  for (const guest of guests) {
    const absent = guest.state === "registered" && markAbsent;
    if (guest.state !== "attended" && !absent) continue;
    if (hold.has(guest.person_id)) plan.held.push(guest);
    else if (absent) plan.absent.push(guest);
    else if (guest.recorded_by === me) plan.own.push(guest);
    else plan.confirmed.push(guest);
  }
  return plan;
}
