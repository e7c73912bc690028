import { lazy, type ReactNode, Suspense, useState } from "react";
import type { Decided } from "./Decide";
import { DecisionOutcome } from "./Outcome";
import type { Decision, Scan } from "./scans";

const Decide = lazy(() => import("./Decide"));

interface Wanted {
  scans: Scan[];
  decision?: Decision | undefined;
  undo?: boolean;
}

/** Deciding on scans: the dialog, then what became of it with the way back. */
export function useDeciding(onDone?: () => void): { ask: (scans: Scan[], decision?: Decision) => void; outcome: ReactNode; dialog: ReactNode } {
  const [wanted, setWanted] = useState<Wanted>();
  const [decided, setDecided] = useState<Decided>();
  const other = (decision: Decision): Decision => (decision === "accept" ? "refuse" : "accept");
  return {
    ask: (scans, decision) => setWanted({ scans, decision }),
    outcome: decided && (
      <DecisionOutcome
        decided={decided}
        onUndo={() => setWanted({ scans: decided.done, decision: other(decided.decision), undo: true })}
        onClose={() => setDecided(undefined)}
      />
    ),
    dialog: wanted && (
      <Suspense>
        <Decide
          {...wanted}
          onDone={(result) => {
            setDecided(result);
            setWanted(undefined);
            onDone?.();
          }}
          onClose={() => setWanted(undefined)}
        />
      </Suspense>
    ),
  };
}
