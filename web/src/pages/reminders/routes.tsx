import type { AreaRoute, MenuEntry } from "@/app/area";

export const routes: AreaRoute[] = [
  { path: "/reminders", handle: { title: "reminders:title", audience: "signed-in" }, lazy: () => import("./Reminders") },
];

/** Reached through the bell in the header. */
export const menu: MenuEntry[] = [];
