import type { AreaRoute, MenuEntry } from "@/app/area";

export const routes: AreaRoute[] = [];

export const menu: MenuEntry[] = [];
