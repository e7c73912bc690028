import { BarChartOutlined, TableOutlined } from "@ant-design/icons";
import { Button, Card, Skeleton, theme } from "antd";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from "react";
import { WideTable } from "./WideTable";
import { useTranslation } from "@/i18n";
import { useAppearance } from "@/app/theme";
import { EmptyState } from "./EmptyState";

interface Props {
  title: string;
  /** Drawn by ECharts; colours and fonts are the theme's. */
  option: EChartsCoreOption;
  /** The same in a table, for those who cannot see the drawing or want the figures. The first column names the row. */
  table: { columns: string[]; rows: { key: string; cells: ReactNode[] }[] };
  height?: number;
  /** A bar or point was clicked: its place in the data. Link the rows of the table to the same. */
  onSelect?: (place: { dataIndex: number; seriesIndex: number }) => void;
  extra?: ReactNode;
}

/** A chart that is a table too. */
export function Chart({ title, option, table, height = 300, onSelect, extra }: Props) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const rest = table.rows.length === 0;
  return (
    <Card
      title={<h2 style={{ margin: 0, fontSize: 17 }}>{title}</h2>}
      extra={
        <span className="kepu-no-print" style={{ display: "inline-flex", gap: 8 }}>
          {extra}
          {!rest && (
            <Button
              size="small"
              type="text"
              icon={asTable ? <BarChartOutlined /> : <TableOutlined />}
              aria-label={`${asTable ? t("chart.asChart") : t("chart.asTable")}: ${title}`}
              onClick={() => setAsTable(!asTable)}
            >
              {asTable ? t("chart.asChart") : t("chart.asTable")}
            </Button>
          )}
        </span>
      }
    >
      {rest && <EmptyState title={t("chart.empty")} />}
      {!rest && asTable && (
        <WideTable
          aria-label={title}
          rowKey="key"
          dataSource={table.rows}
          pagination={table.rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={table.columns.map((column, index) => ({
            title: column,
            key: column,
            ...(index > 0 && { align: "right" as const }),
            render: (_: unknown, row: { cells: ReactNode[] }) => row.cells[index],
          }))}
        />
      )}
      {!rest && !asTable && <Drawing {...{ title, option, height, ...(onSelect && { onSelect }) }} />}
    </Card>
  );
}

type DrawingProps = Pick<Props, "title" | "option" | "onSelect"> & { height: number };

const PALETTE = ["#0f766e", "#d97706", "#4f6bd8", "#b0417a", "#5b8a1f", "#7c5cc4", "#0e7fb8", "#a0522d"];
const DARK_PALETTE = ["#2fb5a5", "#fbbf24", "#8fa4ff", "#f08bbd", "#a3d65c", "#b79cf5", "#5bc0f0", "#e0986a"];

function Drawing({ title, option, height, onSelect }: DrawingProps) {
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  const { token } = theme.useToken();
  const { dark } = useAppearance();
  const select = useEffectEvent((place: { dataIndex: number; seriesIndex: number }) => onSelect?.(place));

  useEffect(() => {
    let made: EChartsType | undefined;
    let gone = false;
    const watch = new ResizeObserver(() => made?.resize());
    const draw = async () => {
      const { init } = await import("./echarts");
      if (gone || !box.current) return;
      made = init(box.current, dark ? "dark" : undefined, { renderer: "svg" });
      made.on("click", (event) => select({ dataIndex: event.dataIndex, seriesIndex: event.seriesIndex ?? 0 }));
      watch.observe(box.current);
      setChart(made);
    };
    void draw();
    return () => {
      gone = true;
      watch.disconnect();
      made?.dispose();
      setChart(undefined);
    };
  }, [dark]);

  useEffect(() => {
    chart?.setOption(
      {
        backgroundColor: "transparent",
        color: dark ? DARK_PALETTE : PALETTE,
        animationDuration: 200,
        textStyle: { fontFamily: token.fontFamily, fontSize: 13, color: token.colorText },
        tooltip: { confine: true },
        ...option,
      },
      true,
    );
  }, [chart, option, dark, token]);

  return (
    <div style={{ position: "relative", height }}>
      {!chart && <Skeleton active title={false} paragraph={{ rows: Math.floor(height / 40) }} />}
      <div ref={box} role="img" aria-label={title} style={{ position: "absolute", inset: 0 }} />
    </div>
  );
}
