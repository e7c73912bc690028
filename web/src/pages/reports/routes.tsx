import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import type { Role } from "@/app/roles";
import { READERS } from "@/pages/district/access";

const BASE: readonly Role[] = ["base_admin", "base_staff"];
const ALL: readonly Role[] = [...READERS, ...BASE, "school_admin", "teacher"];
const REPORTS = [{ title: "district:reports.title", path: "/district/reports" }];

export const routes: AreaRoute[] = [
  {
    path: "/district/reports/ready/:kind",
    handle: { title: "reports:ready.title", audience: READERS, crumbs: REPORTS },
    lazy: () => import("./Ready"),
  },
  {
    path: "/district/reports/kept",
    handle: { title: "reports:kept.title", audience: READERS, crumbs: REPORTS },
    lazy: () => import("./Kept"),
  },
  { path: "/saved-reports/:id", handle: { title: "reports:kept.saved", audience: ALL }, lazy: () => import("./Saved") },
  { path: "/base/settlement", handle: { title: "reports:base.title", audience: BASE }, lazy: () => import("./Settlement") },
];

export const menu: MenuEntry[] = [
  { path: "/base/settlement", label: "reports:menu.settlement", icon: <MenuIcon name="settlement" />, audience: BASE, order: 35 },
];
