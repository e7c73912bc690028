import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import type { Role } from "@/app/roles";

/** Who connects other systems, or looks at that. */
const WEBHOOKS: readonly Role[] = ["district_official", "auditor"];
/** Those too who take the data of their school along. */
const ALL: readonly Role[] = [...WEBHOOKS, "school_admin"];

export const routes: AreaRoute[] = [
  { path: "/connections", handle: { title: "common:areas.connections", audience: ALL }, lazy: () => import("./Connections") },
  {
    path: "/connections/webhooks/:id",
    handle: { title: "connections:one", audience: WEBHOOKS, crumbs: [{ title: "common:areas.connections", path: "/connections" }] },
    lazy: () => import("./Webhook"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/connections", label: "common:areas.connections", icon: <MenuIcon name="connections" />, audience: ALL, order: 50 },
];
