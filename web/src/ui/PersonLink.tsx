import { Typography } from "antd";
import { Link } from "react-router";

/** A person's name, which leads to the person's page, with the number that tells namesakes apart. */
export function PersonLink({ id, name, number }: { id: string; name: string; number?: string | null }) {
  return (
    <span>
      <Link to={`/persons/${id}`}>{name}</Link>
      {number && (
        <Typography.Text type="secondary" className="kepu-numbers" style={{ marginInlineStart: 8, fontSize: "0.87em" }}>
          {number}
        </Typography.Text>
      )}
    </span>
  );
}
