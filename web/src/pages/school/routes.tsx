import { BankOutlined, ImportOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";

const audience = ["school_admin"] as const;
const home = { title: "school:home.title", path: "/school" };

export const routes: AreaRoute[] = [
  { path: "/school", handle: { title: "school:home.title", audience }, lazy: () => import("./Home") },
  {
    path: "/school/imports",
    handle: { title: "school:imports.title", audience, crumbs: [home] },
    lazy: () => import("./Imports"),
  },
  {
    path: "/school/imports/:id",
    handle: {
      title: "school:import.title",
      audience,
      crumbs: [home, { title: "school:imports.title", path: "/school/imports" }],
    },
    lazy: () => import("./Import"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/school", label: "school:menu.home", icon: <BankOutlined />, audience, order: 10 },
  { path: "/school/imports", label: "school:menu.imports", icon: <ImportOutlined />, audience, order: 40 },
];
