import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import type { Role } from "@/app/roles";

const READERS: readonly Role[] = ["district_official", "auditor"];

export const routes: AreaRoute[] = [
  { path: "/erasures", handle: { title: "erasures:title", audience: READERS }, lazy: () => import("./List") },
  {
    path: "/erasures/:id",
    handle: { title: "erasures:what", audience: READERS, crumbs: [{ title: "erasures:title", path: "/erasures" }] },
    lazy: () => import("./Erasure"),
  },
  { path: "/account/erasure", handle: { title: "erasures:mine.title", audience: ["student", "guardian"] }, lazy: () => import("./Mine") },
];

/** Families reach theirs through the account menu. */
export const menu: MenuEntry[] = [
  { path: "/erasures", label: "erasures:menu", icon: <MenuIcon name="persons" />, audience: READERS, order: 85 },
];
