import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import type { Role } from "@/app/roles";

/** Who questions a line, answers, decides, or reads that. */
const AUDIENCE: readonly Role[] = [
  "student",
  "guardian",
  "teacher",
  "school_admin",
  "base_admin",
  "base_staff",
  "district_official",
  "city_official",
  "auditor",
];

export const routes: AreaRoute[] = [
  { path: "/appeals", handle: { title: "appeals:title", audience: AUDIENCE }, lazy: () => import("./List") },
  {
    path: "/appeals/:id",
    handle: { title: "appeals:title", audience: AUDIENCE, crumbs: [{ title: "appeals:title", path: "/appeals" }] },
    lazy: () => import("./Appeal"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/appeals", label: "common:areas.appeals", icon: <MenuIcon name="alert" />, audience: AUDIENCE, order: 45 },
];
