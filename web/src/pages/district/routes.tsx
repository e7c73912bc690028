import { AuditOutlined, BankOutlined, FlagOutlined, QuestionCircleOutlined, SolutionOutlined, TrophyOutlined } from "@ant-design/icons";
import type { AreaRoute, MenuEntry } from "@/app/area";
import { MenuIcon } from "@/app/MenuIcon";
import { OverdueHere } from "@/pages/base/reviews/Waiting";
import { ADMINISTRATORS, OFFICES, READERS } from "./access";

const crumb = (title: string, path: string) => ({ title: `district:${title}`, path });
const REPORTS = [crumb("reports.title", "/district/reports")];
const RESULTS = [crumb("results.title", "/district/results?state=submitted")];
const POLICIES = [crumb("policies.title", "/district/policies")];

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
  {
    path: "/district/policies",
    handle: { title: "district:policies.title", audience: OFFICES },
    lazy: () => import("./policies/Policies"),
  },
  {
    path: "/district/policies/new",
    handle: { title: "district:publish.title", audience: ADMINISTRATORS, crumbs: POLICIES },
    lazy: () => import("./policies/Publish"),
  },
  {
    path: "/district/policies/compare",
    handle: { title: "district:compare.title", audience: OFFICES, crumbs: POLICIES },
    lazy: () => import("./policies/Compare"),
  },
  {
    path: "/district/policies/:id",
    handle: { title: "district:policy.title", audience: OFFICES, crumbs: POLICIES },
    lazy: () => import("./policies/Policy"),
  },
  {
    path: "/district/policies/adoptions/:id",
    handle: { title: "district:adoption.title", audience: READERS, crumbs: POLICIES },
    lazy: () => import("./policies/Adoption"),
  },
  {
    path: "/district/flags",
    handle: { title: "district:flags.title", audience: READERS },
    lazy: () => import("./Flags"),
  },
  {
    path: "/district/reviews",
    handle: { title: "closing:reviews.title", audience: ["district_official"] },
    lazy: () => import("@/pages/base/reviews/Reviews"),
  },
  {
    path: "/district/organizations",
    handle: { title: "district:organizations.title", audience: OFFICES },
    lazy: () => import("./organizations/Organizations"),
  },
  {
    path: "/organizations/:id",
    handle: { title: "district:organization.title", audience: "signed-in" },
    lazy: () => import("./organizations/Organization"),
  },
  {
    path: "/district/designations",
    handle: { title: "district:designations.title", audience: OFFICES },
    lazy: () => import("./organizations/Designations"),
  },
  {
    path: "/district/competitions",
    handle: { title: "district:competitions.title", audience: OFFICES },
    lazy: () => import("./Competitions"),
  },
  {
    path: "/district/accounts",
    handle: { title: "district:accounts.title", audience: ADMINISTRATORS },
    lazy: () => import("./accounts/Accounts"),
  },
  {
    path: "/district/accounts/:id",
    handle: {
      title: "district:account.title",
      audience: ADMINISTRATORS,
      crumbs: [crumb("accounts.title", "/district/accounts")],
    },
    lazy: () => import("./accounts/Account"),
  },
  {
    path: "/district/authorities",
    handle: { title: "district:authorities.title", audience: ["platform_admin"] },
    lazy: () => import("./authorities/Authorities"),
  },
  {
    path: "/district/audit",
    handle: { title: "district:audit.title", audience: OFFICES },
    lazy: () => import("./Audit"),
  },
  {
    path: "/district/settings",
    handle: { title: "district:settings.title", audience: OFFICES },
    lazy: () => import("./Settings"),
  },
];

export const menu: MenuEntry[] = [
  { path: "/district", label: "district:menu.dashboard", icon: <MenuIcon name="dashboard" />, audience: OFFICES, order: 10 },
  { path: "/district/authorities", label: "district:menu.authorities", icon: <MenuIcon name="network" />, audience: ["platform_admin"], order: 10 },
  { path: "/district/reports", label: "district:menu.reports", icon: <MenuIcon name="figures" />, audience: READERS, order: 11 },
  { path: "/district/results", label: "district:menu.results", icon: <TrophyOutlined />, audience: READERS, order: 12 },
  { path: "/district/flags", label: "district:menu.flags", icon: <FlagOutlined />, audience: READERS, order: 13 },
  {
    path: "/district/reviews",
    label: "district:menu.reviews",
    icon: <QuestionCircleOutlined />,
    audience: ["district_official"],
    order: 13,
    Waits: OverdueHere,
  },
  { path: "/district/policies", label: "district:menu.policies", icon: <MenuIcon name="policy" />, audience: OFFICES, order: 14 },
  { path: "/district/organizations", label: "district:menu.organizations", icon: <BankOutlined />, audience: OFFICES, order: 15 },
  { path: "/district/designations", label: "district:menu.designations", icon: <MenuIcon name="certificate" />, audience: OFFICES, order: 16 },
  { path: "/district/competitions", label: "district:menu.competitions", icon: <SolutionOutlined />, audience: OFFICES, order: 17 },
  { path: "/district/accounts", label: "district:menu.accounts", icon: <MenuIcon name="accounts" />, audience: ADMINISTRATORS, order: 18 },
  { path: "/district/audit", label: "district:menu.audit", icon: <AuditOutlined />, audience: OFFICES, order: 19 },
  { path: "/district/settings", label: "district:menu.settings", icon: <MenuIcon name="settings" />, audience: OFFICES, order: 20 },
];
