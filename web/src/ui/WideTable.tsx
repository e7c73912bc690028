import { Table, type TableProps } from "antd";
import { useEffect, useRef } from "react";

/** A table that scrolls sideways where it has no room. What scrolls can be focused, so that keys scroll it, too. */
export function WideTable<Row extends object>(props: TableProps<Row>) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return undefined;
    const look = () => {
      for (const content of box.current?.querySelectorAll<HTMLElement>(".ant-table-content") ?? [])
        if (content.scrollWidth > content.clientWidth) content.tabIndex = 0;
        else content.removeAttribute("tabindex");
    };
    const resized = new ResizeObserver(look);
    resized.observe(box.current);
    look();
    return () => resized.disconnect();
  });
  return (
    <div ref={box}>
      <Table<Row> size="small" scroll={{ x: "max-content" }} {...props} />
    </div>
  );
}
