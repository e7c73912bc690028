import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import type { Role } from "@/app/roles";

/** Who runs programmes above districts enters their themes. */
const KEEPERS: readonly Role[] = ["district_official", "city_official", "platform_admin"];

export const routes: AreaRoute[] = [
  { path: "/lists", handle: { title: "lists:lists.title", audience: KEEPERS }, lazy: () => import("./Lists") },
  {
    path: "/lists/:id",
    handle: { title: "lists:list.title", audience: KEEPERS, crumbs: [{ title: "lists:lists.title", path: "/lists" }] },
    lazy: () => import("./List"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/lists", label: "lists:menu", icon: <MenuIcon name="import" />, audience: KEEPERS, order: 17 },
];
