import { CalendarOutlined, FlagOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import type { Role } from "@/app/roles";

/** Who runs programmes and who takes part in them. */
const STAFF: readonly Role[] = [
  "district_official",
  "city_official",
  "platform_admin",
  "auditor",
  "base_admin",
  "base_staff",
  "school_admin",
  "teacher",
];
/** Who has a calendar of a school or of a person. */
const OWNERS: readonly Role[] = ["student", "guardian", "school_admin", "teacher"];

export const routes: AreaRoute[] = [
  { path: "/programmes", handle: { title: "programmes:list.title", audience: STAFF }, lazy: () => import("./Programmes") },
  {
    path: "/editions/:id",
    handle: {
      title: "programmes:edition.one",
      audience: STAFF,
      crumbs: [{ title: "programmes:list.title", path: "/programmes" }],
    },
    lazy: () => import("./Edition"),
  },
  {
    path: "/public/editions",
    handle: { title: "programmes:list.title", audience: "everyone" },
    lazy: () => import("./PublicEditions"),
  },
  {
    path: "/public/editions/:id",
    handle: {
      title: "programmes:public.title",
      audience: "everyone",
      crumbs: [{ title: "programmes:list.title", path: "/public/editions" }],
    },
    lazy: () => import("./PublicEdition"),
  },
  {
    path: "/subscriptions",
    handle: { title: "programmes:links.title", audience: OWNERS },
    lazy: () => import("./Subscriptions"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/programmes", label: "common:areas.programmes", icon: <FlagOutlined />, audience: STAFF, order: 58 },
  { path: "/public/editions", label: "common:areas.programmes", icon: <FlagOutlined />, audience: ["student", "guardian"], order: 58 },
  { path: "/subscriptions", label: "common:areas.subscriptions", icon: <CalendarOutlined />, audience: OWNERS, order: 90 },
];
