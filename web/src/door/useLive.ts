import { liveQuery } from "dexie";
import { useEffect, useState } from "react";

/** The answer of a question to the store, asked again whenever it may have changed; undefined until the first one. */
export function useLive<T>(ask: () => Promise<T>, about: string): T | undefined {
  const [answer, setAnswer] = useState<{ about: string; value: T }>();
  useEffect(() => {
    const running = liveQuery(ask).subscribe({ next: (value) => setAnswer({ about, value }) });
    return () => running.unsubscribe();
    // `about` says what the question depends on.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [about]);
  return answer?.about === about ? answer.value : undefined;
}
