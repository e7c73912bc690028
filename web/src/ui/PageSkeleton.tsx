import { Skeleton } from "antd";

/** The shape of a page that is on its way. */
export function PageSkeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div aria-busy="true" style={{ padding: 8 }}>
      {/* Its empty headings are nothing to read out. */}
      <div aria-hidden>
        <Skeleton active title={{ width: "40%" }} paragraph={{ rows }} />
      </div>
    </div>
  );
}
