import { useEffect } from "react";

/**
 * Lets the door start without a network: a worker that keeps the door's files, for addresses below /door alone. It is
 * asked for here and nowhere else, so that no other page carries it. Development has no worker: its files change.
 */
export function useWorker() {
  useEffect(() => {
    if (import.meta.env.DEV || !("serviceWorker" in navigator)) return;
    navigator.serviceWorker.register("/door-worker.js", { scope: "/door" }).catch(() => {
      // Without TLS, or in a private window: the door works while the page stays open.
    });
    const link = document.createElement("link");
    link.rel = "manifest";
    link.href = "/door.webmanifest";
    if (!document.querySelector('link[rel="manifest"]')) document.head.append(link);
  }, []);
}
