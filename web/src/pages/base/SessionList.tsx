import { Button } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useLanguage, useNamed, useText } from "@/i18n/useText";
import { DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { StatusTag } from "@/ui/StatusTag";
import type { Filter } from "@/ui/TableFilters";
import { formatTime } from "@/ui/time";
import { weekday } from "./day";
import { stateOf } from "./guests";
import { useKind } from "./hosts";
import { headsOf, type ListedSession } from "./sessionsIn";
import { useNow } from "./useNow";

type Name = "host" | "kind" | "status" | "q" | "from" | "to";

interface Props {
  filters?: Filter<"host" | "kind" | "status" | "q">[];
  host?: string | undefined;
  activity?: string;
  make?: (() => void) | undefined;
  /** Two tables on a page need two beginnings. */
  name?: string;
}

/** Sessions of a host or an activity, the latest first. */
export default function SessionList({ filters = [], host, activity, make, name = "sessions" }: Props) {
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const { language } = useLanguage();
  const named = useNamed();
  const kind = useKind();
  const text = useText();
  const now = useNow();
  const title = (row: ListedSession) => named(row.activity_title_zh, row.activity_title_en);
  const when = (row: ListedSession) =>
    `${formatTime(row.starts_at, "datetime", language)}–${formatTime(row.ends_at, "time", language)}`;
  const coming = (row: ListedSession) => {
    const heads = headsOf(row);
    if (!heads) return row.capacity ? String(row.capacity) : "";
    return row.capacity ? `${heads.coming} / ${row.capacity}` : String(heads.coming);
  };
  return (
    <DataTable
      name={name}
      label={t("calendar.title")}
      source={(page, chosen: Record<Name, string | undefined>) =>
        getQuery("/api/v1/sessions", {
          params: {
            query: {
              sort: "-starts_at" as const,
              ...page,
              counts: true,
              ...(activity ? { activity_id: activity } : { host_id: chosen.host ?? host ?? "" }),
              ...(chosen.from && { from: chosen.from }),
              ...(chosen.to && { to: chosen.to }),
              ...(chosen.kind && { kind: chosen.kind }),
              ...(chosen.status && { status: chosen.status as ListedSession["status"] }),
              ...(chosen.q && { q: chosen.q }),
            },
          },
        })
      }
      rowKey={(row) => row.id}
      filters={[
        { name: "from", kind: "date", label: common("table.from") },
        { name: "to", kind: "date", label: common("table.to") },
        ...filters,
      ]}
      empty={
        <EmptyState title={t("calendar.empty")} lead={t("calendar.emptyLead")}>
          {make && (
            <Button type="primary" onClick={make}>
              {t("form.newSession")}
            </Button>
          )}
        </EmptyState>
      }
      columns={[
        {
          key: "time",
          title: t("column.time"),
          sort: "starts_at",
          render: (row) => (
            <Link to={`/sessions/${row.id}`} className="kepu-numbers">
              {weekday(row.starts_at, language)} {when(row)}
            </Link>
          ),
          csv: when,
        },
        ...(activity
          ? []
          : [{ key: "activity", title: t("column.activity"), render: title, csv: title }]),
        { key: "place", title: t("column.place"), render: (row) => row.place, csv: (row) => row.place },
        { key: "coming", title: t("column.coming"), align: "right" as const, render: coming, csv: coming },
        {
          key: "waiting",
          title: t("column.waiting"),
          align: "right" as const,
          render: (row) => {
            const waiting = headsOf(row)?.waiting ?? 0;
            return waiting > 0 ? <strong>{waiting}</strong> : <Muted>{headsOf(row) ? 0 : ""}</Muted>;
          },
          csv: (row) => String(headsOf(row)?.waiting ?? ""),
        },
        {
          key: "state",
          title: t("column.state"),
          render: (row) => <StatusTag of="session" state={stateOf(row, now)} />,
          csv: (row) => text(`common:status.session.${stateOf(row, now)}`),
        },
        {
          key: "kind",
          title: t("column.kind"),
          hidden: true,
          render: (row) => kind(row.kind),
          csv: (row) => kind(row.kind),
        },
      ]}
    />
  );
}
