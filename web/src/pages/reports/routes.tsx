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
  { path: "/school/report/kept", handle: { title: "reports:kept.saved", audience: ["school_admin", "teacher"] }, lazy: () => import("./Kept") },
  { path: "/base/reports/ready/:kind", handle: { title: "reports:ready.title", audience: BASE }, lazy: () => import("./Ready") },
  { path: "/base/reports/records", handle: { title: "reports:ready.records", audience: BASE }, lazy: () => import("@/pages/district/reports/Records") },
  { path: "/base/reports/kept", handle: { title: "reports:kept.saved", audience: BASE }, lazy: () => import("./Kept") },
  { path: "/base/reports", handle: { title: "reports:ready.title", audience: BASE }, lazy: () => import("./First") },
];

export const menu: MenuEntry[] = [
  { path: "/base/reports", label: "reports:menu.base", icon: <MenuIcon name="settlement" />, audience: BASE, order: 35 },
];
