import { useEffect, useState, useSyncExternalStore } from "react";
import { doorApi } from "@/door/api";
import { Door } from "@/door/door";
import { openDoor } from "@/door/outbox";
import { warmUp } from "@/door/pass";
import { outbox, persist, store } from "@/door/shared";
import { wipe } from "@/door/wipe";
import { session as account } from "@/api/session";

export type Opened =
  | { is: "opening" }
  | { is: "open"; door: Door }
  | { is: "missing"; error: unknown }
  | { is: "wiped"; waiting: number };

/** Opens the door from what is kept on this device; downloads it first where it is not. */
export function useDoor(id: string) {
  const [opened, setOpened] = useState<Opened>({ is: "opening" });
  useEffect(() => {
    let left = false;
    const stops: (() => void)[] = [];
    const open = async () => {
      await wipe(store);
      const kept = await store.sessions.get(id);
      if (kept?.wipedAt !== undefined) return void setOpened({ is: "wiped", waiting: await store.scans.where("session_id").equals(id).count() });
      let error: unknown;
      if (!kept) {
        try {
          await openDoor(store, doorApi, id, account.district());
        } catch (wrong) {
          error = wrong;
        }
      }
      const door = await Door.open(store, id);
      if (left) return;
      if (!door) return void setOpened({ is: "missing", error });
      stops.push(door.follow(), outbox.start(id));
      setOpened({ is: "open", door });
      warmUp();
      void persist();
    };
    open().catch((error: unknown) => setOpened({ is: "missing", error }));
    return () => {
      left = true;
      for (const stop of stops) stop();
    };
  }, [id]);
  return opened;
}

export const useOutbox = () => useSyncExternalStore(outbox.subscribe, outbox.state);

function onLine(changed: () => void) {
  addEventListener("online", changed);
  addEventListener("offline", changed);
  return () => {
    removeEventListener("online", changed);
    removeEventListener("offline", changed);
  };
}

export const useOnline = () => useSyncExternalStore(onLine, () => navigator.onLine);
