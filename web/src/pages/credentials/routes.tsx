import { AuditOutlined, SolutionOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";

const family = ["student", "guardian"] as const;
const school = ["school_admin"] as const;
const district = ["district_official", "auditor"] as const;

export const routes: AreaRoute[] = [
  { path: "/student/credentials", handle: { title: "credentials:mine.title", audience: family }, lazy: () => import("./Mine") },
  { path: "/school/papers", handle: { title: "credentials:papers.title", audience: school }, lazy: () => import("./Papers") },
  { path: "/district/credentials", handle: { title: "credentials:all.title", audience: district }, lazy: () => import("./Issued") },
  { path: "/verify", handle: { title: "credentials:verify.title", audience: "everyone" }, lazy: () => import("./Verify") },
  { path: "/verify/:number", handle: { title: "credentials:verify.title", audience: "everyone" }, lazy: () => import("./Verify") },
];

export const menu: MenuEntry[] = [
  { path: "/student/credentials", label: "common:areas.credentials", icon: <SolutionOutlined />, audience: family, order: 35 },
  { path: "/school/papers", label: "common:areas.papers", icon: <SolutionOutlined />, audience: school, order: 45 },
  { path: "/district/credentials", label: "common:areas.issued", icon: <SolutionOutlined />, audience: district, order: 60 },
  { path: "/verify", label: "common:areas.verify", icon: <AuditOutlined />, audience: "everyone", order: 207 },
];
