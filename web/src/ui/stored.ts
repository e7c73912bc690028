import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}

/** Keeps a preference of the pages on this device. */
export function setStored(key: string, value: string) {
  if (value === "") localStorage.removeItem(`kepu.${key}`);
  else localStorage.setItem(`kepu.${key}`, value);
  for (const listener of listeners) listener();
}

/** A preference of the pages on this device; empty if there is none. */
export function useStored(key: string) {
  const value = useSyncExternalStore(subscribe, () => localStorage.getItem(`kepu.${key}`) ?? "");
  const set = useCallback((next: string) => setStored(key, next), [key]);
  return [value, set] as const;
}
