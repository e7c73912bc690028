import { theme } from "antd";
import { Link, useLocation } from "react-router";
import { useText } from "@/i18n/useText";
import type { MenuEntry } from "./area";

interface Props {
  entries: MenuEntry[];
  /** Icons alone, for narrow windows. */
  narrow?: boolean;
  onChoose?: () => void;
}

/**
 * The entries that the account may see; the one whose path is the longest beginning of the address is current.
 * Links in a list, as navigation should be read out (antd's Menu is a menu of commands, and heavy).
 */
export function MainMenu({ entries, narrow = false, onChoose }: Props) {
  const text = useText();
  const { token } = theme.useToken();
  const { pathname } = useLocation();
  const current = entries
    .filter(({ path }) => pathname === path || pathname.startsWith(`${path}/`))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
  return (
    <ul style={{ listStyle: "none", margin: 0, padding: "12px 8px", display: "grid", gap: 4 }}>
      {entries.map((entry) => {
        const here = entry === current;
        const label = text(entry.label);
        return (
          <li key={entry.path}>
            <Link
              to={entry.path}
              className="kepu-menu-link"
              aria-current={here ? "page" : undefined}
              {...(narrow && { title: label })}
              {...(onChoose && { onClick: onChoose })}
              style={{
                justifyContent: narrow ? "center" : "flex-start",
                color: here ? token.colorLink : token.colorText,
                background: here ? token.colorPrimaryBg : undefined,
                fontWeight: here ? 600 : 400,
              }}
            >
              <span aria-hidden style={{ fontSize: 18, display: "inline-flex" }}>
                {entry.icon}
              </span>
              {narrow ? <span className="kepu-hidden">{label}</span> : label}
              {entry.Waits && <entry.Waits />}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
