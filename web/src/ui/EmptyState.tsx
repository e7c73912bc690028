import { Flex, Typography } from "antd";
import type { ReactNode } from "react";

/** Nothing here, and what to do next. */
export function EmptyState({ title, lead, children }: { title: string; lead?: ReactNode; children?: ReactNode }) {
  return (
    <Flex vertical align="center" gap={8} style={{ padding: "40px 16px", textAlign: "center" }}>
      <svg width="56" height="56" viewBox="0 0 56 56" aria-hidden="true" fill="none" stroke="currentColor" opacity="0.45">
        <ellipse cx="28" cy="28" rx="22" ry="9" strokeWidth="2" transform="rotate(-35 28 28)" />
        <ellipse cx="28" cy="28" rx="22" ry="9" strokeWidth="2" strokeDasharray="4 5" transform="rotate(35 28 28)" />
        <circle cx="28" cy="28" r="4" fill="currentColor" stroke="none" />
      </svg>
      <strong style={{ fontSize: 17 }}>{title}</strong>
      {lead && (
        <Typography.Text type="secondary" style={{ maxWidth: "36em" }}>
          {lead}
        </Typography.Text>
      )}
      {children && (
        <Flex gap={8} wrap justify="center" style={{ marginTop: 8 }}>
          {children}
        </Flex>
      )}
    </Flex>
  );
}
