import { theme } from "antd";
import type { CSSProperties, ReactNode } from "react";

/** A ground for what belongs together. Lighter to load than antd's Card, which brings tabs and their menu along. */
export function Panel({ children, style }: { children: ReactNode; style?: CSSProperties }) {
  const { token } = theme.useToken();
  return (
    <div
      style={{
        padding: 12,
        background: token.colorBgContainer,
        border: `1px solid ${token.colorBorderSecondary}`,
        borderRadius: token.borderRadiusLG,
        ...style,
      }}
    >
      {children}
    </div>
  );
}
