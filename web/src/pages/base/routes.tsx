import { CalendarOutlined, CheckSquareOutlined, QuestionCircleOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import type { Role } from "@/app/roles";
import { WaitingHere } from "./reviews/Waiting";

const BASE: readonly Role[] = ["base_admin", "base_staff"];
/** A school hosts what it runs itself, and confirms it on the same pages. */
const HOSTS: readonly Role[] = ["base_admin", "base_staff", "school_admin", "teacher"];

const SCHOOL: readonly Role[] = ["school_admin"];

export const routes: AreaRoute[] = [
  { path: "/base", handle: { title: "base:home.title", audience: HOSTS }, lazy: () => import("./Home") },
  {
    path: "/base/sessions",
    handle: { title: "base:calendar.title", audience: HOSTS },
    lazy: () => import("./Sessions"),
  },
  {
    path: "/base/activities",
    handle: { title: "base:activities.title", audience: HOSTS },
    lazy: () => import("./Activities"),
  },
  {
    path: "/base/reviews",
    handle: { title: "closing:reviews.title", audience: HOSTS },
    lazy: () => import("./reviews/Reviews"),
  },
  {
    path: "/activities/:id",
    handle: { title: "base:activities.one", audience: "signed-in" },
    lazy: () => import("./Activity"),
  },
  {
    path: "/sessions/:id",
    handle: { title: "base:session.title", audience: "signed-in" },
    lazy: () => import("./Session"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/base", label: "base:menu.home", icon: <CheckSquareOutlined />, audience: BASE, order: 10 },
  { path: "/base/reviews", label: "base:menu.reviews", icon: <QuestionCircleOutlined />, audience: BASE, order: 17, Waits: WaitingHere },
  { path: "/base/sessions", label: "base:menu.sessions", icon: <CalendarOutlined />, audience: BASE, order: 20 },
  { path: "/base/activities", label: "base:menu.activities", icon: <MenuIcon name="activities" />, audience: BASE, order: 30 },
  { path: "/base/sessions", label: "base:menu.own", icon: <CalendarOutlined />, audience: SCHOOL, order: 45 },
];
