import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import { READERS } from "@/pages/district/access";

export const routes: AreaRoute[] = [
  { path: "/exceptions", handle: { title: "exceptions:title", audience: READERS }, lazy: () => import("./List") },
  {
    path: "/exceptions/:id",
    handle: { title: "exceptions:what", audience: READERS, crumbs: [{ title: "exceptions:title", path: "/exceptions" }] },
    lazy: () => import("./Exception"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/exceptions", label: "exceptions:menu", icon: <MenuIcon name="alert" />, audience: READERS, order: 13 },
];
