import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import { READERS } from "@/pages/district/access";

const CRUMBS = [{ title: "laboratory:title", path: "/district/laboratory" }];

export const routes: AreaRoute[] = [
  {
    path: "/district/laboratory",
    handle: { title: "laboratory:title", audience: READERS },
    lazy: () => import("./Laboratory"),
  },
  {
    path: "/district/laboratory/drafts/:id",
    handle: { title: "laboratory:draft.title", audience: READERS, crumbs: CRUMBS },
    lazy: () => import("./Draft"),
  },
  {
    path: "/district/laboratory/trials/:id",
    handle: { title: "laboratory:trial.title", audience: READERS, crumbs: CRUMBS },
    lazy: () => import("./Trial"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/district/laboratory", label: "common:areas.laboratory", icon: <MenuIcon name="policy" />, audience: READERS, order: 14 },
];
