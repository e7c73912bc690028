import { useMutation } from "@tanstack/react-query";
import type { FormInstance } from "antd";
import { useState } from "react";
import { type FieldError, isProblem } from "@/api/problem";
import { applyProblemToForm, useProblemText } from "@/ui/problems";

interface Versioned {
  version: number;
}

interface Props<R extends Versioned, V> {
  form: FormInstance<V>;
  /** What the form was filled from; nothing when something new is made. */
  row?: R | undefined;
  /** Sends the values against this version. */
  send: (values: V, version: number) => Promise<R>;
  /** The row as it is saved now. */
  newest: () => Promise<R>;
  done: (saved: R) => void;
  names?: Record<string, string>;
}

/** Saving a form: errors go to their fields, and where somebody else was faster, both versions are kept for a choice. */
export function useSave<R extends Versioned, V extends object>({ form, row, send, newest, done, names }: Props<R, V>) {
  const say = useProblemText();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const [base, setBase] = useState(row);
  const [conflict, setConflict] = useState<{ theirs: R; mine: V }>();
  const save = useMutation({
    mutationFn: ({ values, version }: { values: V; version: number }) => send(values, version),
    onMutate: () => setUnplaced(undefined),
    onSuccess: done,
    onError: async (error, { values }) => {
      if (isProblem(error, "version_changed")) {
        try {
          setConflict({ theirs: await newest(), mine: values });
        } catch (other) {
          setUnplaced({ error: other, rest: [] });
        }
        return;
      }
      setConflict(undefined);
      const { placed, rest } = applyProblemToForm(form, error, say.field, names);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  return {
    unplaced,
    conflict,
    /** What the form stands on now. */
    base,
    saving: save.isPending,
    submit: (values: V) => save.mutate({ values, version: base?.version ?? 0 }),
    /** Over the newest version. */
    keepMine: () => conflict && save.mutate({ values: conflict.mine, version: conflict.theirs.version }),
    takeTheirs: () => {
      if (!conflict) return;
      setBase(conflict.theirs);
      setConflict(undefined);
    },
    /** On with the form; the next saving compares again. */
    back: () => setConflict(undefined),
  };
}
