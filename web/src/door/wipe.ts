import type { DoorStore } from "./store";

/** Answered scans have no name in them, but there is no reason to keep them longer than the list. */
async function forget(store: DoorStore, id: string, now: number) {
  await store.transaction("rw", store.sessions, store.rosters, store.passes, store.scans, store.files, async () => {
    await store.rosters.delete(id);
    await store.passes.delete(id);
    await store.files.where("session_id").equals(id).and((file) => file.state === "answered").delete();
    await store.scans.where("[session_id+state]").equals([id, "answered"]).delete();
    const waiting =
      (await store.scans.where("session_id").equals(id).count()) + (await store.files.where("session_id").equals(id).count());
    // What was never sent is not thrown away: it holds numbers and no names, and goes once the service has it.
    if (waiting === 0) await store.sessions.delete(id);
    else await store.sessions.update(id, { wipedAt: now, keys: [], code: undefined });
  });
}

/** Forgets every session that was closed or is over for long. Answers which. */
export async function wipe(store: DoorStore, now: number = Date.now()): Promise<string[]> {
  const sessions = await store.sessions.toArray();
  const gone: string[] = [];
  for (const { id, session, wipe_after, wipedAt } of sessions) {
    // oxlint-disable-next-line no-await-in-loop
    const waiting = await store.scans.where("[session_id+state]").equals([id, "waiting"]).count();
    const closed = Boolean(session.closed_at) && waiting === 0;
    if (!closed && Date.parse(wipe_after) > now && wipedAt === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop
    await forget(store, id, now);
    gone.push(id);
  }
  return gone;
}

/** By hand: only where nothing waits. */
export async function forgetSession(store: DoorStore, id: string, now: number = Date.now()) {
  await forget(store, id, now);
}
