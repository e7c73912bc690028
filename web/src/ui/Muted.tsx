import { theme } from "antd";
import type { CSSProperties, ReactNode } from "react";

/** Text of less weight. Lighter to load than antd's Typography, which brings its editor along. */
export function Muted({ children, block, style }: { children: ReactNode; block?: boolean; style?: CSSProperties }) {
  const { token } = theme.useToken();
  const Tag = block ? "p" : "span";
  return <Tag style={{ color: token.colorTextSecondary, ...style }}>{children}</Tag>;
}
