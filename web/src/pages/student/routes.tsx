import { HomeOutlined, TrophyOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";

const audience = ["student", "guardian"] as const;

export const routes: AreaRoute[] = [
  { path: "/student", handle: { title: "student:home.title", audience }, lazy: () => import("./Home") },
  { path: "/student/credits", handle: { title: "student:credits.title", audience }, lazy: () => import("./Credits") },
  { path: "/student/results", handle: { title: "student:results.title", audience }, lazy: () => import("./Results") },
  { path: "/student/pass", handle: { title: "student:pass.title", audience }, lazy: () => import("./Pass") },
];

export const menu: MenuEntry[] = [
  { path: "/student", label: "student:home.title", icon: <HomeOutlined />, audience, order: 10 },
  { path: "/student/credits", label: "student:credits.title", icon: <MenuIcon name="credits" />, audience, order: 20 },
  { path: "/student/results", label: "student:results.title", icon: <TrophyOutlined />, audience, order: 30 },
  { path: "/student/pass", label: "student:pass.title", icon: <MenuIcon name="pass" />, audience, order: 40 },
];
