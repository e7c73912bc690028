import { BankOutlined, TrophyOutlined, UserOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";

const audience = ["school_admin"] as const;
const report = { title: "school:report.title", path: "/school/report" };
const home = { title: "school:home.title", path: "/school" };

export const routes: AreaRoute[] = [
  { path: "/school", handle: { title: "school:home.title", audience }, lazy: () => import("./Home") },
  {
    path: "/school/imports",
    handle: { title: "school:imports.title", audience, crumbs: [home] },
    lazy: () => import("./Imports"),
  },
  {
    path: "/school/imports/:id",
    handle: {
      title: "school:import.title",
      audience,
      crumbs: [home, { title: "school:imports.title", path: "/school/imports" }],
    },
    lazy: () => import("./Import"),
  },
  {
    path: "/school/classes",
    handle: { title: "school:classes.title", audience, crumbs: [home] },
    lazy: () => import("./Classes"),
  },
  {
    path: "/school/promotion",
    handle: { title: "school:promotion.title", audience, crumbs: [home, { title: "school:classes.title", path: "/school/classes" }] },
    lazy: () => import("./Promotion"),
  },
  {
    path: "/school/persons",
    handle: { title: "school:persons.title", audience, crumbs: [home] },
    lazy: () => import("./Persons"),
  },
  {
    path: "/school/confirm",
    handle: { title: "school:confirm.title", audience, crumbs: [home] },
    lazy: () => import("./Confirm"),
  },
  {
    path: "/school/records",
    handle: { title: "school:records.title", audience, crumbs: [home] },
    lazy: () => import("./Records"),
  },
  {
    path: "/school/results",
    handle: { title: "school:results.title", audience, crumbs: [home] },
    lazy: () => import("./Results"),
  },
  {
    path: "/school/accounts",
    handle: { title: "school:accounts.title", audience, crumbs: [home] },
    lazy: () => import("./Accounts"),
  },
  {
    path: "/school/report",
    handle: { title: "school:report.title", audience, crumbs: [home] },
    lazy: () => import("./report/Credits"),
  },
  {
    path: "/school/report/persons",
    handle: { title: "school:report.persons", audience, crumbs: [home, report] },
    lazy: () => import("./report/Persons"),
  },
  {
    path: "/school/report/ready/:kind",
    handle: { title: "reports:ready.title", audience: ["school_admin", "teacher"] },
    lazy: () => import("./report/Ready"),
  },
  {
    path: "/school/report/records",
    handle: { title: "school:report.records", audience, crumbs: [home, report] },
    lazy: () => import("./report/Records"),
  },
  {
    path: "/school/checkpoints",
    handle: { title: "school:checkpoints.title", audience, crumbs: [home] },
    lazy: () => import("./Checkpoints"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/school", label: "school:menu.home", icon: <BankOutlined />, audience, order: 10 },
  { path: "/school/imports", label: "school:menu.imports", icon: <MenuIcon name="import" />, audience, order: 40 },
  { path: "/school/confirm", label: "school:menu.confirm", icon: <MenuIcon name="confirm" />, audience, order: 20 },
  { path: "/school/records", label: "school:menu.records", icon: <MenuIcon name="classes" />, audience, order: 22 },
  { path: "/school/results", label: "school:menu.results", icon: <TrophyOutlined />, audience, order: 24 },
  { path: "/school/classes", label: "school:menu.classes", icon: <MenuIcon name="accounts" />, audience, order: 42 },
  { path: "/school/persons", label: "school:menu.persons", icon: <UserOutlined />, audience, order: 44 },
  { path: "/school/accounts", label: "school:menu.accounts", icon: <MenuIcon name="persons" />, audience, order: 46 },
  { path: "/school/report", label: "school:menu.report", icon: <MenuIcon name="figures" />, audience, order: 12 },
  { path: "/school/checkpoints", label: "school:menu.checkpoints", icon: <MenuIcon name="certificate" />, audience, order: 48 },
];
