import { GiftOutlined, ScheduleOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import type { Role } from "@/app/roles";

/** Who asks for and lends things, and the officials who see what goes where. */
const STAFF: readonly Role[] = [
  "base_admin",
  "base_staff",
  "school_admin",
  "teacher",
  "district_official",
  "city_official",
  "auditor",
];

export const routes: AreaRoute[] = [
  {
    path: "/resources",
    handle: { title: "resources:catalogue.title", audience: "signed-in" },
    lazy: () => import("./Catalogue"),
  },
  {
    path: "/resources/:id",
    handle: {
      title: "resources:one",
      audience: "signed-in",
      crumbs: [{ title: "resources:catalogue.title", path: "/resources" }],
    },
    lazy: () => import("./Resource"),
  },
  {
    path: "/resources/:id/items/:item",
    handle: { title: "resources:items.one", audience: STAFF, crumbs: [{ title: "resources:catalogue.title", path: "/resources" }] },
    lazy: () => import("./Item"),
  },
  {
    path: "/tours/:id",
    handle: { title: "resources:tour.one", audience: STAFF, crumbs: [{ title: "resources:desk.title", path: "/bookings" }] },
    lazy: () => import("./Tour"),
  },
  { path: "/bookings", handle: { title: "resources:desk.title", audience: STAFF }, lazy: () => import("./Desk") },
];

export const menu: MenuEntry[] = [
  { path: "/resources", label: "common:areas.resources", icon: <GiftOutlined />, audience: STAFF, order: 60 },
  { path: "/bookings", label: "common:areas.bookings", icon: <ScheduleOutlined />, audience: STAFF, order: 61 },
];
