import { useState } from "react";
import type { Column } from "./DataTable";

/** Which columns are shown, remembered in this browser. */
export function useColumns<T>(name: string, all: Column<T>[]) {
  const stored = `kepu.columns.${name}`;
  const [chosen, setChosen] = useState<string[]>(() => {
    const usual = all.filter((column) => !column.hidden).map((column) => column.key);
    try {
      const keys: unknown = JSON.parse(localStorage.getItem(stored) ?? "null");
      return Array.isArray(keys) ? keys.map(String) : usual;
    } catch {
      return usual;
    }
  });
  const columns = all.filter((column, index) => index === 0 || column.fixed || chosen.includes(column.key));
  return {
    columns: columns.length > 0 ? columns : all,
    chosen,
    choose(keys: string[]) {
      localStorage.setItem(stored, JSON.stringify(keys));
      setChosen(keys);
    },
  };
}
