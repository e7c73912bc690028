import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "@/i18n";
import { getQuery, useMe } from "@/api/query";
import { useText } from "@/i18n/useText";
import { DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { useClassName } from "@/ui/names";
import { PersonLink } from "@/ui/PersonLink";
import { StatusTag } from "@/ui/StatusTag";
import { formatTime } from "@/ui/time";
import type { Guest, SessionRow } from "./guests";
import { mayCorrect } from "./hosts";

const Correct = lazy(() => import("./Correct"));

const STATES = ["registered", "waitlisted", "attended", "recorded", "confirmed", "absent", "rejected", "withdrawn", "voided"];
/** Who may open the page of a person; a base knows its guests by name alone. */
const READERS = ["teacher", "school_admin", "district_official", "city_official", "auditor"];

/** Everybody in the session, in whatever state. */
export default function Guests({ session }: { session: SessionRow }) {
  const { t } = useTranslation("base");
  const text = useText();
  const me = useMe();
  const classNameOf = useClassName();
  const className = (row: Guest) => (row.class_name ? classNameOf(row.grade ?? null, row.class_name) : "");
  const [correcting, setCorrecting] = useState<{ guest: Guest; what: "amend" | "void" }>();
  const corrects = mayCorrect(me, session);
  const reads = me.grants.some((grant) => READERS.includes(grant.role));
  const state = (word: string) => text(`common:status.participation.${word}`, {}, word);
  return (
    <>
      <DataTable
        name="session-guests"
        label={t("session.guests")}
        source={(page, filters) =>
          getQuery("/api/v1/participations", { params: { query: { ...page, session: session.id, ...(filters.state && { state: filters.state }) } } })
        }
        rowKey={(row) => row.id}
        filters={[
          {
            name: "state",
            kind: "select",
            label: t("column.state"),
            options: STATES.map((value) => ({ value, label: state(value) })),
          },
        ]}
        empty={<EmptyState title={t("session.empty")} lead={t("session.emptyLead")} />}
        columns={[
          {
            key: "name",
            title: t("column.name"),
            render: (row) => (reads ? <PersonLink id={row.person_id} name={row.name} number={row.number} /> : row.name),
            csv: (row) => row.name,
          },
          ...(reads
            ? []
            : [{ key: "number", title: t("column.number"), render: (row: Guest) => row.number, csv: (row: Guest) => row.number }]),
          {
            key: "school",
            title: t("column.school"),
            render: (row) => row.school_name_zh ?? "",
            csv: (row) => row.school_name_zh ?? "",
          },
          {
            key: "class",
            title: t("column.class"),
            render: (row) => className(row),
            csv: (row) => className(row),
          },
          {
            key: "state",
            title: t("column.state"),
            render: (row) => (
              <>
                <StatusTag of="participation" state={row.state} />
                {row.reason && <span>{row.reason}</span>}
              </>
            ),
            csv: (row) => state(row.state),
          },
          {
            key: "minutes",
            title: t("column.minutes"),
            align: "right",
            render: (row) => row.minutes ?? row.planned_minutes,
            csv: (row) => String(row.minutes ?? row.planned_minutes),
          },
          {
            key: "recorded",
            title: t("column.recorded"),
            render: (row) => <DateTime value={row.recorded_at} />,
            csv: (row) => formatTime(row.recorded_at, "datetime", "zh-CN"),
            hidden: true,
          },
          {
            key: "confirmed",
            title: t("column.confirmed"),
            render: (row) => <DateTime value={row.confirmed_at} />,
            csv: (row) => (row.confirmed_at ? formatTime(row.confirmed_at, "datetime", "zh-CN") : ""),
            hidden: true,
          },
          ...(corrects
            ? [
                {
                  key: "correct",
                  title: t("column.correct"),
                  fixed: true,
                  render: (row: Guest) =>
                    row.state === "confirmed" && (
                      <>
                        <Button
                          type="link"
                          size="small"
                          aria-label={t("correct.amendOf", { name: row.name })}
                          onClick={() => setCorrecting({ guest: row, what: "amend" })}
                        >
                          {t("correct.amend")}
                        </Button>
                        <Button
                          type="link"
                          danger
                          size="small"
                          aria-label={t("correct.voidOf", { name: row.name })}
                          onClick={() => setCorrecting({ guest: row, what: "void" })}
                        >
                          {t("correct.void")}
                        </Button>
                      </>
                    ),
                },
              ]
            : []),
        ]}
      />
      <Suspense>
        {correcting && <Correct {...correcting} onClose={() => setCorrecting(undefined)} />}
      </Suspense>
    </>
  );
}
