import { doorApi } from "./api";
import { Outbox } from "./outbox";
import { DoorStore } from "./store";

/** One of each for all pages of the door. */
export const store = new DoorStore();
export const outbox = new Outbox({ store, api: doorApi });

/** Asks the browser not to clear this away when space runs short; `undefined` where it cannot say. */
export async function persist(): Promise<boolean | undefined> {
  if (!navigator.storage?.persist) return undefined;
  return (await navigator.storage.persisted()) || navigator.storage.persist();
}
