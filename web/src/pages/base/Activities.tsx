import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useNamed } from "@/i18n/useText";
import { DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { StatusTag } from "@/ui/StatusTag";
import { useAddress } from "@/ui/useAddress";
import type { ActivityRow } from "./guests";
import { KINDS, useGrades, useHosts, useKind } from "./hosts";

const ActivityForm = lazy(() => import("./ActivityForm"));

const STATUSES = ["open", "closed"] as const;

/** What the host offers. */
export function Component() {
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const named = useNamed();
  const kind = useKind();
  const grades = useGrades();
  const hosts = useHosts();
  const [address, set] = useAddress("new", "host");
  const host = address.host ?? hosts[0]?.id;
  const make = () => set({ new: "1" });
  const title = (row: ActivityRow) => named(row.title_zh, row.title_en);
  if (host === undefined) return <EmptyState title={t("calendar.noHost")} />;
  return (
    <>
      <PageTitle
        lead={t("activities.lead")}
        actions={
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={make}>
            {t("activities.new")}
          </Button>
        }
      >
        {t("activities.title")}
      </PageTitle>
      <DataTable
        name="activities"
        label={t("activities.title")}
        source={(page, chosen: Record<"host" | "kind" | "status" | "q", string | undefined>) =>
          getQuery("/api/v1/activities", {
            params: {
              query: {
                limit: page.limit,
                ...(page.cursor && { cursor: page.cursor }),
                host_id: chosen.host ?? host,
                ...(chosen.kind && { kind: chosen.kind }),
                ...(chosen.status && { status: chosen.status as ActivityRow["status"] }),
                ...(chosen.q && { q: chosen.q }),
              },
            },
          })
        }
        rowKey={(row) => row.id}
        filters={[
          ...(hosts.length > 1
            ? [
                {
                  name: "host" as const,
                  kind: "select" as const,
                  label: t("column.host"),
                  width: 200,
                  options: hosts.map((one) => ({ value: one.id, label: one.name })),
                },
              ]
            : []),
          {
            name: "kind",
            kind: "select",
            label: t("column.kind"),
            options: KINDS.map((value) => ({ value, label: kind(value) })),
          },
          {
            name: "status",
            kind: "select",
            label: t("column.state"),
            options: STATUSES.map((value) => ({ value, label: common(`status.activity.${value}`) })),
          },
          { name: "q", kind: "search", label: t("column.activity"), placeholder: t("activities.find") },
        ]}
        empty={
          <EmptyState title={t("activities.empty")} lead={t("activities.emptyLead")}>
            <Button type="primary" onClick={make}>
              {t("activities.new")}
            </Button>
          </EmptyState>
        }
        columns={[
          {
            key: "title",
            title: t("column.activity"),
            render: (row) => <Link to={`/activities/${row.id}`}>{title(row)}</Link>,
            csv: title,
          },
          { key: "kind", title: t("column.kind"), render: (row) => kind(row.kind), csv: (row) => kind(row.kind) },
          {
            key: "minutes",
            title: t("column.minutes"),
            align: "right",
            render: (row) => row.minutes,
            csv: (row) => String(row.minutes),
          },
          {
            key: "grades",
            title: t("column.grades"),
            render: (row) => grades(row.grades),
            csv: (row) => grades(row.grades),
          },
          {
            key: "state",
            title: t("column.state"),
            render: (row) => <StatusTag of="activity" state={row.status} />,
            csv: (row) => common(`status.activity.${row.status}`),
          },
          { key: "code", title: t("column.code"), render: (row) => row.code, csv: (row) => row.code },
        ]}
      />
      <Suspense>
        {address.new !== undefined && <ActivityForm hosts={hosts} host={host} onClose={() => set({ new: undefined })} />}
      </Suspense>
    </>
  );
}
