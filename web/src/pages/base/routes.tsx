import { CheckSquareOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import type { Role } from "@/app/roles";

const BASE: readonly Role[] = ["base_admin", "base_staff"];
/** A school hosts what it runs itself, and confirms it on the same pages. */
const HOSTS: readonly Role[] = ["base_admin", "base_staff", "school_admin", "teacher"];

export const routes: AreaRoute[] = [
  { path: "/base", handle: { title: "base:home.title", audience: HOSTS }, lazy: () => import("./Home") },
  {
    path: "/sessions/:id",
    handle: { title: "base:session.title", audience: "signed-in" },
    lazy: () => import("./Session"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/base", label: "base:menu.home", icon: <CheckSquareOutlined />, audience: BASE, order: 10 },
];
