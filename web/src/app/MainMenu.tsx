import { Menu } from "antd";
import { Link, useLocation } from "react-router";
import { useText } from "@/i18n/useText";
import type { MenuEntry } from "./area";

/** The entries that the account may see; the one whose path is the longest beginning of the address is current. */
export function MainMenu({ entries, onChoose }: { entries: MenuEntry[]; onChoose?: () => void }) {
  const text = useText();
  const { pathname } = useLocation();
  const current = entries
    .filter(({ path }) => pathname === path || pathname.startsWith(`${path}/`))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
  return (
    <Menu
      mode="inline"
      {...(onChoose && { onClick: onChoose })}
      style={{ borderInlineEnd: 0, padding: "12px 8px", background: "transparent" }}
      selectedKeys={current ? [current.path] : []}
      items={entries.map((entry) => ({
        key: entry.path,
        icon: entry.icon,
        label: (
          <Link to={entry.path} aria-current={entry === current ? "page" : undefined}>
            {text(entry.label)}
          </Link>
        ),
      }))}
    />
  );
}
