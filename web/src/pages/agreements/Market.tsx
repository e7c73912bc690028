import { Button, Flex, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useGrades } from "@/pages/base/hosts";
import { DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { type Field, FIELDS, useArranges } from "./words";
import { Works } from "./Works";

const Match = lazy(() => import("./Match"));

type Stand = Schemas["MarketStand"];

/** What schools, firms and institutions offer, seek and show; officials bring two of them together from here. */
export function Component() {
  const { t } = useTranslation("agreements");
  const named = useNamed();
  const grades = useGrades();
  const arranges = useArranges();
  const [of, setOf] = useState<Stand>();
  const name = (row: Stand) => named(row.name_zh, row.name_en);
  const words = (all: Field[]) => all.map((field) => t(`fields.${field}`)).join(t("join"));
  const said = (all: Field[], note: string) => (
    <Flex vertical gap={4}>
      <Flex gap={4} wrap>
        {all.map((field) => (
          <Tag key={field}>{t(`fields.${field}`)}</Tag>
        ))}
      </Flex>
      {note && <Muted style={{ fontSize: 13 }}>{note}</Muted>}
    </Flex>
  );
  return (
    <>
      <PageTitle lead={t("market.lead")}>{t("market.title")}</PageTitle>
      <DataTable
        name="market"
        label={t("market.title")}
        source={(page, chosen: Record<"q" | "side" | "field", string | undefined>) =>
          getQuery("/api/v1/market", {
            params: {
              query: {
                limit: page.limit,
                ...(page.cursor && { cursor: page.cursor }),
                ...(chosen.q && { q: chosen.q }),
                ...(chosen.side && { side: chosen.side as "school" | "partner" }),
                ...(chosen.field && { field: chosen.field as Field }),
              },
            },
          })
        }
        rowKey={(row) => row.organization_id}
        filters={[
          { name: "q", kind: "search", label: t("market.find"), placeholder: t("market.findHelp") },
          {
            name: "side",
            kind: "select",
            label: t("market.side"),
            width: 170,
            options: (["school", "partner"] as const).map((value) => ({ value, label: t(`market.${value}`) })),
          },
          {
            name: "field",
            kind: "select",
            label: t("market.field"),
            width: 150,
            options: FIELDS.map((value) => ({ value, label: t(`fields.${value}`) })),
          },
        ]}
        empty={<EmptyState title={t("market.empty")} />}
        columns={[
          {
            key: "name",
            title: t("network.organization"),
            fixed: true,
            render: (row) => (
              <Flex vertical gap={2}>
                <strong>{name(row)}</strong>
                <Muted style={{ fontSize: 13, fontWeight: 400 }}>
                  {t(`organization.${row.kind}`)} · {named(row.district_name_zh, row.district_name_en)}
                </Muted>
                <Muted style={{ fontSize: 13, fontWeight: 400 }}>
                  {grades(row.grades)}
                  {row.persons_per_year && ` · ${t("partners.year", { count: row.persons_per_year })}`} ·{" "}
                  {t("market.pairings", { count: row.pairings })}
                </Muted>
              </Flex>
            ),
            csv: name,
          },
          {
            key: "offers",
            title: t("partners.offers"),
            render: (row) => said(row.offers, row.offer_note),
            csv: (row) => [words(row.offers), row.offer_note].filter(Boolean).join(" · "),
          },
          {
            key: "seeks",
            title: t("partners.seeks"),
            render: (row) => said(row.seeks, row.seek_note),
            csv: (row) => [words(row.seeks), row.seek_note].filter(Boolean).join(" · "),
          },
          {
            key: "works",
            title: t("market.works"),
            render: (row) => <Works works={row.works} />,
            csv: (row) => row.works.map((work) => work.title).join(t("join")),
          },
          {
            key: "open",
            title: t("field.standing"),
            render: (row) => (
              <Flex vertical gap={6} align="start">
                <Tag color={row.open ? "success" : "default"}>{t(row.open ? "partners.open" : "partners.closed")}</Tag>
                {arranges && (
                  <Button size="small" aria-label={t("market.matchOf", { name: name(row) })} onClick={() => setOf(row)}>
                    {t("market.match")}
                  </Button>
                )}
              </Flex>
            ),
            csv: (row) => t(row.open ? "partners.open" : "partners.closed"),
          },
        ]}
      />
      <Suspense>{of && <Match of={of} onClose={() => setOf(undefined)} />}</Suspense>
    </>
  );
}
