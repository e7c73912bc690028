import { Card } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Muted } from "@/ui/Muted";

export interface Figure {
  label: string;
  value: ReactNode;
  note?: ReactNode;
  to?: string;
}

/** The few numbers that answer the question of the page; those with more behind them lead there. */
export function Figures({ items }: { items: Figure[] }) {
  return (
    <ul
      style={{
        listStyle: "none",
        margin: 0,
        padding: 0,
        display: "grid",
        gap: 12,
        gridTemplateColumns: "repeat(auto-fit, minmax(min(170px, 100%), 1fr))",
      }}
    >
      {items.map((item) => (
        <li key={item.label}>
          <Card size="small" style={{ height: "100%" }}>
            <Muted>{item.to ? <Link to={item.to}>{item.label}</Link> : item.label}</Muted>
            <div className="kepu-numbers" style={{ fontSize: 28, fontWeight: 650, lineHeight: 1.3 }}>
              {item.value}
            </div>
            {item.note && <Muted style={{ fontSize: 13 }}>{item.note}</Muted>}
          </Card>
        </li>
      ))}
    </ul>
  );
}
