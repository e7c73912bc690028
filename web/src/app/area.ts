import type { ComponentType, ReactNode } from "react";
import type { RouteObject } from "react-router";
import type { Audience } from "./roles";

/** What the shell needs to know of a route. */
export interface Handle {
  /** Key of the page's title with its namespace, e.g. `teacher:home.title`. */
  title: string;
  /** Who may open it. */
  audience: Audience;
  /** Where the breadcrumb before it leads, outermost first. */
  crumbs?: { title: string; path: string }[];
  /** Works without a network, so it is shown before (and without) knowing who is signed in. */
  offline?: boolean;
  /** Without menu and search, e.g. the sign-in page. */
  bare?: boolean;
}

/** A route with an absolute path. `lazy: () => import("./Home")`, where the module exports `Component`. */
export type AreaRoute = Pick<RouteObject, "lazy" | "Component" | "loader"> & { path: string; handle: Handle };

export interface MenuEntry {
  /** Where it leads; also what marks it as current. */
  path: string;
  /** Key of its label with its namespace, e.g. `teacher:menu.home`. */
  label: string;
  icon: ReactNode;
  audience: Audience;
  /** How much waits there, if something does. */
  Waits?: ComponentType;
  /** Lower stands higher; 100 if not given. */
  order?: number;
}
