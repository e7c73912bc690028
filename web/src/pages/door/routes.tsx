import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import type { Role } from "@/app/roles";

/** A school checks in what it runs itself. */
const HOSTS: readonly Role[] = ["base_admin", "base_staff", "school_admin", "teacher"];

export const routes: AreaRoute[] = [
  { path: "/door", handle: { title: "door:list.title", audience: HOSTS, offline: true }, lazy: () => import("./Doors") },
  {
    path: "/door/:sessionId",
    handle: { title: "door:page.title", audience: HOSTS, offline: true, bare: true },
    lazy: () => import("./DoorPage"),
  },
  {
    path: "/attend/:sessionId",
    handle: { title: "door:attend.title", audience: "signed-in" },
    lazy: () => import("./Attend"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/door", label: "door:menu", icon: <MenuIcon name="door" />, audience: ["base_admin", "base_staff"], order: 15 },
];
