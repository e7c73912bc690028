import { lazy, Suspense } from "react";
import type { MenuIconName } from "./menuIcons";

const Icon = lazy(() => import("./menuIcons"));

/** An icon that only some menus show. These come in a file of their own: each would weigh on everybody's first load. */
export function MenuIcon({ name }: { name: MenuIconName }) {
  return (
    <Suspense fallback={<span className="anticon" aria-hidden style={{ width: "1em", height: "1em" }} />}>
      <Icon name={name} />
    </Suspense>
  );
}
