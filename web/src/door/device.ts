import { ed25519 } from "@noble/curves/ed25519.js";
import { v4, v7 } from "uuid";
import type { Device, DoorStore } from "./store";

/** Made before anything is sent; the same id is the same scan for ever. Grows even within a millisecond. */
export const newScanId = () => v7();

/** This device, made when it is first asked for. */
export async function thisDevice(store: DoorStore, name = guess()): Promise<Device> {
  return store.transaction("rw", store.device, async () => {
    const known = await store.device.get("self");
    if (known) return known;
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const made: Device = { key: "self", id: v4(), name, secret, public: ed25519.getPublicKey(secret) };
    await store.device.add(made);
    return made;
  });
}

export async function renameDevice(store: DoorStore, name: string) {
  const cut = name.trim().slice(0, 60);
  if (cut !== "") await store.device.update("self", { name: cut });
}

/** Enough to tell two phones at a gate apart until somebody names them. */
function guess(): string {
  const kind = /iPhone|iPad|Android|Windows|Mac OS|Linux/.exec(navigator.userAgent)?.[0] ?? "Browser";
  return `${kind} ${Math.floor(Math.random() * 900 + 100)}`;
}
