import {
  DashboardOutlined,
  FundOutlined,
  TrophyOutlined,
} from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import { OFFICES, READERS } from "./access";

const crumb = (title: string, path: string) => ({ title: `district:${title}`, path });
const REPORTS = [crumb("reports.title", "/district/reports")];
const RESULTS = [crumb("results.title", "/district/results?state=submitted")];

export const routes: AreaRoute[] = [
  {
    path: "/district",
    handle: { title: "district:dashboard.title", audience: OFFICES },
    lazy: () => import("./dashboard/Dashboard"),
  },
  {
    path: "/district/reports",
    handle: { title: "district:reports.credits", audience: READERS, crumbs: REPORTS },
    lazy: () => import("./reports/Credits"),
  },
  {
    path: "/district/reports/persons",
    handle: { title: "district:reports.persons", audience: READERS, crumbs: REPORTS },
    lazy: () => import("./reports/Persons"),
  },
  {
    path: "/district/reports/records",
    handle: { title: "district:reports.records", audience: READERS, crumbs: REPORTS },
    lazy: () => import("./reports/Records"),
  },
  {
    path: "/district/reports/hosts",
    handle: { title: "district:reports.hosts", audience: READERS, crumbs: REPORTS },
    lazy: () => import("./reports/Hosts"),
  },
  {
    path: "/district/results",
    handle: { title: "district:results.title", audience: READERS },
    lazy: () => import("./results/Results"),
  },
  {
    path: "/district/results/match",
    handle: { title: "district:match.title", audience: ["district_official"], crumbs: RESULTS },
    lazy: () => import("./results/Match"),
  },
  {
    path: "/district/results/:id",
    handle: { title: "district:result.title", audience: READERS, crumbs: RESULTS },
    lazy: () => import("./results/Result"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/district", label: "district:menu.dashboard", icon: <DashboardOutlined />, audience: OFFICES, order: 10 },
  { path: "/district/reports", label: "district:menu.reports", icon: <FundOutlined />, audience: READERS, order: 11 },
  { path: "/district/results", label: "district:menu.results", icon: <TrophyOutlined />, audience: READERS, order: 12 },
];
