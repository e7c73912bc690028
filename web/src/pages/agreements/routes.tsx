import { AuditOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import type { Role } from "@/app/roles";

/** Who signs, and the officials who read what organizations of their district have signed. */
const PARTIES: readonly Role[] = ["base_admin", "school_admin", "district_official", "city_official", "auditor", "platform_admin"];
/** Who says what an organization offers and seeks. */
const ADMINS: readonly Role[] = ["base_admin", "school_admin"];
/** Who reads the network. */
const STAFF: readonly Role[] = [...PARTIES, "base_staff", "teacher"];

export const routes: AreaRoute[] = [
  { path: "/agreements", handle: { title: "agreements:list.title", audience: PARTIES }, lazy: () => import("./List") },
  {
    path: "/agreements/:id",
    handle: { title: "agreements:one", audience: PARTIES, crumbs: [{ title: "agreements:list.title", path: "/agreements" }] },
    lazy: () => import("./Agreement"),
  },
  {
    path: "/projects/:id",
    handle: {
      title: "agreements:project.one",
      audience: PARTIES,
      crumbs: [{ title: "agreements:list.title", path: "/agreements" }],
    },
    lazy: () => import("./Project"),
  },
  { path: "/partners", handle: { title: "agreements:partners.title", audience: ADMINS }, lazy: () => import("./Partners") },
  { path: "/market", handle: { title: "agreements:market.title", audience: STAFF }, lazy: () => import("./Market") },
  { path: "/network", handle: { title: "agreements:network.title", audience: STAFF }, lazy: () => import("./Network") },
];

export const menu: MenuEntry[] = [
  { path: "/agreements", label: "agreements:menu.list", icon: <AuditOutlined />, audience: PARTIES, order: 64 },
  { path: "/partners", label: "agreements:menu.partners", icon: <MenuIcon name="accounts" />, audience: ADMINS, order: 65 },
  { path: "/market", label: "agreements:menu.market", icon: <MenuIcon name="market" />, audience: PARTIES, order: 65 },
  { path: "/network", label: "agreements:menu.network", icon: <MenuIcon name="network" />, audience: PARTIES, order: 66 },
];
