import { AuditOutlined, SolutionOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import type { Role } from "@/app/roles";

const OFFICES: readonly Role[] = ["district_official", "city_official", "auditor", "platform_admin"];
const APPLY: readonly Role[] = ["school_admin", "base_admin"];
const REVIEW: readonly Role[] = ["teacher", "school_admin", "base_staff", "base_admin", "district_official", "city_official", "platform_admin"];

const ROUNDS = [{ title: "designations:rounds.title", path: "/rounds" }];

export const routes: AreaRoute[] = [
  { path: "/rounds", handle: { title: "designations:rounds.title", audience: OFFICES }, lazy: () => import("./round/Rounds") },
  {
    path: "/rounds/:id",
    handle: { title: "designations:round.one", audience: OFFICES, crumbs: ROUNDS },
    lazy: () => import("./round/Round"),
  },
  {
    path: "/schemes/new",
    handle: { title: "designations:scheme.new", audience: ["district_official", "city_official", "platform_admin"], crumbs: ROUNDS },
    lazy: () => import("./scheme/Scheme"),
  },
  {
    path: "/schemes/:id",
    handle: { title: "designations:scheme.one", audience: OFFICES, crumbs: ROUNDS },
    lazy: () => import("./scheme/Scheme"),
  },
  { path: "/applications", handle: { title: "designations:mine.title", audience: APPLY }, lazy: () => import("./application/Mine") },
  {
    path: "/applications/:id",
    handle: { title: "designations:application.one", audience: "signed-in" },
    lazy: () => import("./application/Application"),
  },
  {
    path: "/to-review",
    handle: { title: "designations:toReview.title", audience: REVIEW },
    lazy: () => import("./application/ToReview"),
  },
  {
    path: "/designations/:id",
    handle: { title: "designations:held.one", audience: "signed-in" },
    lazy: () => import("./held/Designation"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/rounds", label: "common:areas.rounds", icon: <AuditOutlined />, audience: OFFICES, order: 16 },
  { path: "/applications", label: "common:areas.applications", icon: <SolutionOutlined />, audience: APPLY, order: 62 },
  { path: "/to-review", label: "common:areas.toReview", icon: <AuditOutlined />, audience: REVIEW, order: 63 },
];
