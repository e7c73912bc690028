import { theme } from "antd";
import type { ReactNode } from "react";
import "./teacher.css";

/** What leads on, always in sight at the foot of a long step. */
export function StickyBar({ children }: { children: ReactNode }) {
  const { token } = theme.useToken();
  return (
    <div className="kepu-bar" style={{ background: token.colorBgElevated }}>
      {children}
    </div>
  );
}
