import { Skeleton, Tag } from "antd";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import type { Draft, Session, Way } from "./draft";
import { Trouble } from "./Trouble";
import { usePeople } from "./usePeople";

interface Props {
  draft: Draft;
  session: Session;
  way: Way;
  change: (next: Partial<Draft>) => void;
}

/** What became of each line: the person that was found, or what is wrong with it. */
export function Found({ draft, session, way, change }: Props) {
  const { t } = useTranslation("teacher");
  const { rows, ready } = usePeople(draft, session);
  const own = rows.filter((row) => row.way === way);
  if (!ready) return <Skeleton active title={false} paragraph={{ rows: 4 }} style={{ marginTop: 12 }} />;
  if (own.length === 0) return null;
  const bad = own.filter((row) => row.trouble);
  const shown = [...bad, ...own.filter((row) => !row.trouble)].slice(0, 200);
  return (
    <div style={{ marginTop: 12 }} aria-live="polite">
      <p style={{ margin: "0 0 8px" }}>
        <strong>{t("record.found", { count: own.length - bad.length })}</strong>
        {bad.length > 0 && <span style={{ marginInlineStart: 12 }}>{t("record.look", { count: bad.length })}</span>}
      </p>
      <ul className="kepu-found">
        {shown.map((row) => (
          <li key={row.key} data-bad={row.trouble !== undefined}>
            <Muted style={{ minWidth: "4em", fontSize: 13 }}>{row.from}</Muted>
            <span>
              {row.name || <Muted>—</Muted>} <Muted style={{ fontSize: 13 }}>{row.number}</Muted>
            </span>
            {row.className && <Muted style={{ fontSize: 13 }}>{row.className}</Muted>}
            {row.minutes !== undefined && !Number.isNaN(row.minutes) && <Tag>{t("record.minutes", { count: row.minutes })}</Tag>}
            <Trouble row={row} draft={draft} change={change} />
          </li>
        ))}
      </ul>
      {own.length > shown.length && <Muted block>{t("record.foundMore", { count: own.length - shown.length })}</Muted>}
    </div>
  );
}
