import { SolutionOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import type { Role } from "@/app/roles";
import { READERS } from "@/pages/district/access";

/** Who questions a line, or answers for a host. */
const OTHERS: readonly Role[] = ["student", "guardian", "teacher", "school_admin", "base_admin", "base_staff"];
const AUDIENCE: readonly Role[] = [...OTHERS, ...READERS];

export const routes: AreaRoute[] = [
  { path: "/appeals", handle: { title: "appeals:title", audience: AUDIENCE }, lazy: () => import("./List") },
  {
    path: "/appeals/:id",
    handle: { title: "appeals:one", audience: AUDIENCE, crumbs: [{ title: "appeals:title", path: "/appeals" }] },
    lazy: () => import("./Appeal"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/appeals", label: "common:areas.appeals", icon: <MenuIcon name="confirm" />, audience: READERS, order: 14 },
  { path: "/appeals", label: "common:areas.appeals", icon: <SolutionOutlined />, audience: OTHERS, order: 45 },
];
