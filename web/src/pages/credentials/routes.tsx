import { AuditOutlined, SolutionOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";

const family = ["student", "guardian"] as const;
const printers = ["school_admin", "teacher", "district_official"] as const;
const district = ["district_official", "auditor"] as const;

const own = async (name: "Mine" | "Issued" | "Papers") => ({ Component: (await import("./pages"))[name] });

export const routes: AreaRoute[] = [
  { path: "/student/credentials", handle: { title: "credentials:mine.title", audience: family }, lazy: () => own("Mine") },
  { path: "/school/papers", handle: { title: "credentials:papers.title", audience: printers }, lazy: () => own("Papers") },
  { path: "/district/credentials", handle: { title: "credentials:all.title", audience: district }, lazy: () => own("Issued") },
  { path: "/verify/:number?", handle: { title: "credentials:verify.title", audience: "everyone" }, lazy: () => import("./Verify") },
];

export const menu: MenuEntry[] = [
  { path: "/student/credentials", label: "credentials:mine.title", icon: <SolutionOutlined />, audience: family, order: 35 },
  { path: "/school/papers", label: "common:areas.papers", icon: <SolutionOutlined />, audience: printers, order: 45 },
  { path: "/district/credentials", label: "credentials:all.title", icon: <SolutionOutlined />, audience: district, order: 60 },
  { path: "/verify", label: "common:areas.verify", icon: <AuditOutlined />, audience: "everyone", order: 207 },
];
