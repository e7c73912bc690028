import { createBrowserRouter } from "react-router";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { routes } from "./areas";
import { Home } from "./Home";
import { NotFound } from "./NotFound";
import { RouteError } from "./RouteError";
import { Shell } from "./Shell";

export const router = createBrowserRouter([
  {
    Component: Shell,
    ErrorBoundary: RouteError,
    HydrateFallback: PageSkeleton,
    children: [
      {
        // One boundary below the shell, so that the menu stays when a page breaks.
        ErrorBoundary: RouteError,
        children: [
          { path: "/", Component: Home, handle: { title: "common:shell.home", audience: "everyone" } },
          ...routes,
          { path: "*", Component: NotFound, handle: { title: "common:page.notFound", audience: "everyone" } },
        ],
      },
    ],
  },
]);
