import { CheckSquareOutlined, HomeOutlined, TrophyOutlined, UnorderedListOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";

const staff = ["teacher", "school_admin"] as const;
const readers = ["teacher", "school_admin", "district_official", "city_official", "auditor"] as const;
const home = { title: "teacher:home.title", path: "/teacher" };
const results = { title: "teacher:results.title", path: "/teacher/results" };

export const routes: AreaRoute[] = [
  { path: "/teacher", handle: { title: home.title, audience: ["teacher"] }, lazy: () => import("./Home") },
  { path: "/teacher/record", handle: { title: "teacher:record.title", audience: staff }, lazy: () => import("./record/Record") },
  { path: "/teacher/records", handle: { title: "teacher:records.title", audience: staff }, lazy: () => import("./Records") },
  { path: "/teacher/results", handle: { title: results.title, audience: staff }, lazy: () => import("./Results") },
  {
    path: "/teacher/results/new",
    handle: { title: "teacher:result.new", audience: staff, crumbs: [results] },
    lazy: () => import("./ResultNew"),
  },
  {
    path: "/teacher/results/:id",
    handle: { title: "teacher:result.title", audience: staff, crumbs: [results] },
    lazy: () => import("./ResultPage"),
  },
  { path: "/classes/:id", handle: { title: "teacher:class.title", audience: readers }, lazy: () => import("./ClassPage") },
  {
    path: "/persons/:id",
    handle: { title: "teacher:person.title", audience: [...readers, "guardian", "student"] },
    lazy: () => import("./PersonPage"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/teacher", label: "teacher:menu.home", icon: <HomeOutlined />, audience: ["teacher"], order: 10 },
  { path: "/teacher/record", label: "teacher:menu.record", icon: <CheckSquareOutlined />, audience: staff, order: 20 },
  { path: "/teacher/records", label: "teacher:menu.records", icon: <UnorderedListOutlined />, audience: staff, order: 30 },
  { path: "/teacher/results", label: "teacher:menu.results", icon: <TrophyOutlined />, audience: staff, order: 31 },
];
