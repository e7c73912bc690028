import { Card } from "antd";
import type { ReactNode } from "react";
import { WideTable } from "@/ui/WideTable";

export interface SumColumn<T> {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  /** Makes the column sortable. */
  order?: (a: T, b: T) => number;
}

/** One part of a report: all its rows, sortable where that helps; printed whole. */
export function SumTable<T extends object>(props: {
  title: string;
  rows: T[];
  rowKey: (row: T) => string;
  columns: SumColumn<T>[];
  lead?: ReactNode;
}) {
  const { title, rows, rowKey, columns, lead } = props;
  if (rows.length === 0) return null;
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{title}</h2>} styles={{ body: { padding: 0 } }}>
      {lead && <div style={{ padding: "12px 16px 0" }}>{lead}</div>}
      <WideTable
        aria-label={title}
        rowKey={rowKey}
        dataSource={rows}
        pagination={false}
        columns={columns.map((column, index) => ({
          key: column.key,
          title: column.title,
          ...(index > 0 && { align: "right" as const }),
          ...(column.order && { sorter: column.order }),
          render: (_: unknown, row: T) => column.render(row),
        }))}
      />
    </Card>
  );
}
