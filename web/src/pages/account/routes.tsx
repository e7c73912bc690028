import type { AreaRoute, MenuEntry } from "@/app/area";

export const routes: AreaRoute[] = [
  {
    path: "/sign-in",
    handle: { title: "account:signIn.title", audience: "everyone", bare: true },
    lazy: () => import("./SignIn"),
  },
  {
    path: "/account/password",
    handle: { title: "account:password.title", audience: "signed-in" },
    lazy: () => import("./Password"),
  },
  {
    path: "/account/devices",
    handle: { title: "account:devices.title", audience: "signed-in" },
    lazy: () => import("./Devices"),
  },
];

/** Reached through the account menu. */
export const menu: MenuEntry[] = [];
