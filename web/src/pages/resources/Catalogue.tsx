import { PlusOutlined } from "@ant-design/icons";
import { Button, Flex } from "antd";
import { lazy, Suspense } from "react";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useGrades, useHosts } from "@/pages/base/hosts";
import { DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { StatusTag } from "@/ui/StatusTag";
import { useAddress } from "@/ui/useAddress";
import { KINDS, LICENCES, licenceKey, type Resource, useRating, useStock } from "./words";

const ResourceForm = lazy(() => import("./ResourceForm"));

/** What organizations offer to each other, in all districts. */
export function Component() {
  const { t } = useTranslation("resources");
  const { t: common } = useTranslation();
  const named = useNamed();
  const grades = useGrades();
  const rating = useRating();
  const stock = useStock();
  const owners = useHosts();
  const [address, set] = useAddress("new", "owner", "status");
  const title = (row: Resource) => named(row.title_zh, row.title_en);
  const owner = (row: Resource) => named(row.owner_name_zh, row.owner_name_en);
  const kind = (row: Resource) => t(`kind.${row.kind}`);
  return (
    <>
      <PageTitle
        lead={t("catalogue.lead")}
        actions={
          owners.length > 0 && (
            <>
              {owners.map((one) => (
                <Button key={one.id} onClick={() => set({ owner: one.id }, ["cursor", "page"])}>
                  {owners.length > 1 ? t("catalogue.of", { name: one.name }) : t("catalogue.own")}
                </Button>
              ))}
              <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => set({ new: "1" })}>
                {t("catalogue.new")}
              </Button>
            </>
          )
        }
      >
        {t("catalogue.title")}
      </PageTitle>
      <DataTable
        name="resources"
        label={t("catalogue.title")}
        source={(page, chosen: Record<"q" | "kind" | "grade" | "theme" | "licence" | "owner" | "status" | "from" | "to", string | undefined>) =>
          getQuery("/api/v1/resources", {
            params: {
              query: {
                limit: page.limit,
                // Who looks at its own sees what it has closed, too.
                ...(chosen.status ? { status: chosen.status as Resource["status"] } : !chosen.owner && { status: "open" as const }),
                ...(page.cursor && { cursor: page.cursor }),
                ...(chosen.q && { q: chosen.q }),
                ...(chosen.kind && { kind: chosen.kind as Resource["kind"] }),
                ...(chosen.grade && { grade: Number(chosen.grade) }),
                ...(chosen.theme && { theme: chosen.theme }),
                ...(chosen.licence && { licence: chosen.licence as Resource["licence"] }),
                ...(chosen.owner && { owner_id: chosen.owner }),
                // A last day alone is the only day.
                ...((chosen.from ?? chosen.to) && { free_from: chosen.from ?? chosen.to }),
                ...(chosen.from && chosen.to && { free_to: chosen.to }),
              },
            },
          })
        }
        rowKey={(row) => row.id}
        filters={[
          { name: "q", kind: "search", label: t("catalogue.find"), placeholder: t("catalogue.findHelp") },
          {
            name: "kind",
            kind: "select",
            label: t("field.kind"),
            options: KINDS.map((value) => ({ value, label: t(`kind.${value}`) })),
          },
          {
            name: "grade",
            kind: "select",
            label: t("field.grades"),
            options: Array.from({ length: 15 }, (_, at) => at - 2).map((value) => ({
              value: String(value),
              label: grades({ from: value, to: value }),
            })),
          },
          {
            name: "licence",
            kind: "select",
            label: t("field.licence"),
            width: 180,
            options: LICENCES.map((value) => ({ value, label: t(`licence.${licenceKey(value)}` as "licence.other") })),
          },
          {
            name: "status",
            kind: "select",
            label: t("field.status"),
            width: 140,
            options: (["open", "closed"] as const).map((value) => ({ value, label: common(`status.activity.${value}`) })),
          },
          { name: "from", kind: "date", label: t("catalogue.freeFrom") },
          { name: "to", kind: "date", label: t("catalogue.freeTo") },
          ...(owners.length > 0
            ? [
                {
                  name: "owner" as const,
                  kind: "select" as const,
                  label: t("field.owner"),
                  width: 180,
                  options: owners.map((one) => ({ value: one.id, label: one.name })),
                },
              ]
            : []),
          { name: "theme", kind: "silent", label: t("field.theme") },
        ]}
        empty={<EmptyState title={t("catalogue.empty")} lead={t("catalogue.emptyLead")} />}
        columns={[
          {
            key: "title",
            title: t("field.title"),
            fixed: true,
            render: (row) => (
              <Flex vertical>
                <span>
                  <Link to={`/resources/${row.id}`}>{title(row)}</Link> {row.status === "closed" && <StatusTag of="activity" state={row.status} />}
                </span>
                {row.summary && <Muted style={{ fontSize: 13, fontWeight: 400 }}>{row.summary.length > 60 ? `${row.summary.slice(0, 60)}…` : row.summary}</Muted>}
              </Flex>
            ),
            csv: title,
          },
          { key: "kind", title: t("field.kind"), render: kind, csv: kind },
          { key: "owner", title: t("field.owner"), render: owner, csv: owner },
          { key: "theme", title: t("field.theme"), render: (row) => row.theme, csv: (row) => row.theme },
          { key: "grades", title: t("field.grades"), render: (row) => grades(row.grades), csv: (row) => grades(row.grades) },
          { key: "stock", title: t("field.stock"), render: stock, csv: stock },
          { key: "rating", title: t("field.rating"), render: rating, csv: rating },
          {
            key: "licence",
            title: t("field.licence"),
            hidden: true,
            render: (row) => t(`licence.${licenceKey(row.licence)}` as "licence.other"),
            csv: (row) => row.licence,
          },
          {
            key: "status",
            title: t("field.status"),
            hidden: true,
            render: (row) => <StatusTag of="activity" state={row.status} />,
            csv: (row) => common(`status.activity.${row.status}`),
          },
        ]}
      />
      <Suspense>{address.new !== undefined && <ResourceForm owners={owners} onClose={() => set({ new: undefined })} />}</Suspense>
    </>
  );
}
