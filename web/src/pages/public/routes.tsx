import { BankOutlined, FlagOutlined, ScheduleOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";

export const routes: AreaRoute[] = [
  {
    path: "/register",
    handle: { title: "public:register.title", audience: "everyone" },
    lazy: () => import("./Register"),
  },
  {
    path: "/register/:number",
    handle: {
      title: "designations:verify.one",
      audience: "everyone",
      crumbs: [{ title: "public:register.title", path: "/register" }],
    },
    lazy: () => import("./Number"),
  },
  {
    path: "/published",
    handle: { title: "designations:published.title", audience: "everyone" },
    lazy: () => import("./Published"),
  },
  {
    path: "/calendar",
    handle: { title: "public:calendar.title", audience: "everyone" },
    lazy: () => import("./PublicCalendar"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/register", label: "public:menu.register", icon: <BankOutlined />, audience: "everyone", order: 200 },
  { path: "/published", label: "common:areas.published", icon: <FlagOutlined />, audience: "everyone", order: 205 },
  { path: "/calendar", label: "public:menu.calendar", icon: <ScheduleOutlined />, audience: "everyone", order: 210 },
];
