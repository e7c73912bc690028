import { useCallback, useEffect, useState } from "react";
import { useMe } from "@/api/query";
import type { Schemas } from "@/api/client";
import type { Given } from "./match";

export type Session = Schemas["SessionView"];
export type Answer = Schemas["RecordAnswer"];
export type Outcome = Schemas["RecordOutcome"];
export type Way = "class" | "paste" | "sheet";

/** What a person was sent as, to say what became of it. */
export interface SentRow {
  key: string;
  number: string;
  name: string;
  from: string;
}

export interface Draft {
  session?: Session;
  way: Way;
  /** The class whose pupils are shown. */
  classId?: string;
  /** Ticked pupils by class. */
  ticked: Record<string, string[]>;
  text: string;
  sheet?: { name: string; rows: Given[] };
  /** Who is meant where several have a name. */
  chosen: Record<string, string>;
  /** Taken out in the last step. */
  dropped: string[];
  minutes?: number;
  own: Record<string, number>;
  sent?: { answer: Answer; rows: SentRow[]; at: number; undone?: Schemas["WithdrawAnswer"] };
}

const EMPTY: Draft = { way: "class", ticked: {}, text: "", chosen: {}, dropped: [], own: {} };

/** The entry that is under way. Kept for this tab, so that a reload or a new sign-in does not lose it; never longer. */
export function useDraft() {
  const { account_id } = useMe();
  const key = `kepu.record.${account_id}`;
  const [draft, setDraft] = useState<Draft>(() => read(key));
  useEffect(() => {
    if (draft === EMPTY) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(draft));
  }, [draft, key]);
  const change = useCallback((next: Partial<Draft>) => setDraft((before) => ({ ...before, ...next })), []);
  const reset = useCallback((keep: Partial<Draft> = {}) => setDraft({ ...EMPTY, ...keep }), []);
  return { draft, change, reset };
}

/** What was sent, and from when its ten minutes run. */
export function sentNow(answer: Answer, rows: SentRow[]): NonNullable<Draft["sent"]> {
  return { answer, rows, at: Date.now() };
}

function read(key: string): Draft {
  try {
    const stored = sessionStorage.getItem(key);
    return stored ? { ...EMPTY, ...(JSON.parse(stored) as Partial<Draft>) } : EMPTY;
  } catch {
    return EMPTY;
  }
}
