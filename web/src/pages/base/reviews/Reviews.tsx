import { Button, Flex, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { formatTime } from "@/ui/time";
import { mayConfirm } from "../hosts";
import { useScanWords } from "./scans";
import { useDeciding } from "./useDeciding";

type Review = Schemas["ReviewView"];

/** What the door could not decide, the oldest first: for a host, and for the district what hosts have let lie. */
export function Component() {
  const { t } = useTranslation("closing");
  const me = useMe();
  const named = useNamed();
  const { language } = useLanguage();
  const words = useScanWords();
  const [ticked, setTicked] = useState<string[]>([]);
  const [rows, setRows] = useState<Map<string, Review>>(new Map());
  const deciding = useDeciding(() => setTicked([]));
  const official = me.grants.some((grant) => grant.role === "district_official");
  const may = (row: Review) => row.overdue || mayConfirm(me, row.host_id);
  const session = (row: Review) => named(row.activity_title_zh, row.activity_title_en);
  return (
    <>
      <PageTitle lead={official ? t("reviews.districtLead") : t("reviews.lead")}>{t("reviews.title")}</PageTitle>
      {deciding.outcome}
      <DataTable
        name="reviews"
        label={t("reviews.label")}
        source={(page, filters) =>
          getQuery("/api/v1/reviews", { params: { query: { ...page, ...(filters.which === "overdue" && { overdue: true }) } } })
        }
        rowKey={(row) => row.id}
        filters={[
          { name: "which", kind: "select", label: t("reviews.which"), width: 180, options: [{ value: "overdue", label: t("reviews.overdue") }] },
        ]}
        empty={<EmptyState title={t("reviews.none")} lead={t("reviews.noneLead")} />}
        selection={{
          keys: ticked,
          onChange: (keys, picked) => {
            setTicked(keys);
            setRows((known) => new Map([...known, ...picked.filter(Boolean).map((row) => [row.id, row] as const)]));
          },
          disabled: (row) => !may(row),
          label: (row) => t("reviews.tick", { name: words.name(row) }),
        }}
        actions={
          ticked.length > 0 && (
            <Button type="primary" onClick={() => deciding.ask(ticked.flatMap((key) => rows.get(key) ?? []))}>
              {t("reviews.many", { count: ticked.length })}
            </Button>
          )
        }
        columns={[
          {
            key: "who",
            title: t("reviews.who"),
            fixed: true,
            render: (row) => (
              <>
                {words.name(row)} <Muted style={{ whiteSpace: "nowrap" }}>{words.className(row)}</Muted>
              </>
            ),
            csv: (row) => `${words.name(row)} ${words.className(row)}`.trim(),
          },
          {
            key: "why",
            title: t("reviews.why"),
            fixed: true,
            render: (row) => words.reason(row.reason),
            csv: (row) => words.reason(row.reason),
          },
          {
            key: "scanned",
            title: t("reviews.scanned"),
            render: (row) => (
              <>
                <DateTime value={row.at} />
                <br />
                <Muted>
                  {words.how(row)} · {words.device(row)}
                  {row.flags.length > 0 && ` · ${words.flags(row)}`}
                </Muted>
              </>
            ),
            csv: (row) => `${words.at(row)} ${words.how(row)} ${words.device(row)}`,
          },
          {
            key: "session",
            title: t("reviews.session"),
            render: (row) => (
              <>
                <Link to={`/sessions/${row.session_id}`}>{session(row)}</Link>
                <br />
                <Muted>
                  <DateTime value={row.starts_at} />
                  {official && ` · ${named(row.host_name_zh, row.host_name_en)}`}
                </Muted>
              </>
            ),
            csv: (row) => `${session(row)} ${formatTime(row.starts_at, "datetime", language)}`,
          },
          {
            key: "due",
            title: t("reviews.due"),
            render: (row) => (
              <>
                {row.overdue && (
                  <>
                    <Tag color="error">{t("reviews.isOverdue")}</Tag>
                    <br />
                  </>
                )}
                <DateTime value={row.due_at} />
              </>
            ),
            csv: (row) => formatTime(row.due_at, "datetime", language),
          },
          {
            key: "act",
            title: t("reviews.act"),
            fixed: true,
            render: (row) =>
              may(row) ? (
                <Flex gap={8} wrap>
                  <Button aria-label={t("reviews.acceptOf", { name: words.name(row) })} onClick={() => deciding.ask([row], "accept")}>
                    {t("reviews.accept")}
                  </Button>
                  <Button aria-label={t("reviews.refuseOf", { name: words.name(row) })} onClick={() => deciding.ask([row], "refuse")}>
                    {t("reviews.refuse")}
                  </Button>
                </Flex>
              ) : (
                <Muted>{t("reviews.until", { time: formatTime(row.due_at, "datetime", language) })}</Muted>
              ),
          },
        ]}
      />
      {deciding.dialog}
    </>
  );
}
