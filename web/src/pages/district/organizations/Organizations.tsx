import { PlusOutlined } from "@ant-design/icons";
import { Button, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { useAccess } from "../access";
import { OrganizationForm } from "./forms";
import { KINDS } from "./kinds";

type Row = Schemas["OrganizationView"];

export function Component() {
  const { t } = useTranslation("district");
  const text = useText();
  const named = useNamed();
  const navigate = useNavigate();
  const { manages } = useAccess();
  const [adding, setAdding] = useState(false);
  const columns: Column<Row>[] = [
    { key: "name", title: t("filter.name"), fixed: true, render: (row) => <Link to={`/organizations/${row.id}`}>{named(row.name_zh, row.name_en)}</Link>, csv: (row) => named(row.name_zh, row.name_en) },
    { key: "kind", title: t("filter.kind"), render: (row) => text(`district:kind.${row.kind}`), csv: (row) => text(`district:kind.${row.kind}`) },
    { key: "code", title: t("organizations.code"), render: (row) => row.code, csv: (row) => row.code },
    { key: "level", title: t("organizations.level"), render: (row) => row.level, csv: (row) => row.level ?? "" },
    { key: "status", title: t("filter.state"), render: (row) => <Tag {...(row.status === "active" && { color: "success" })}>{t(`organizations.status.${row.status}`)}</Tag>, csv: (row) => row.status },
  ];
  return (
    <>
      <PageTitle
        lead={t("organizations.lead")}
        {...(manages && {
          actions: (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
              {t("organizations.add")}
            </Button>
          ),
        })}
      >
        {t("organizations.title")}
      </PageTitle>
      <DataTable
        name="organizations"
        label={t("organizations.title")}
        source={(page, values) =>
          getQuery("/api/v1/organizations", {
            params: {
              query: {
                ...page,
                ...(values.q && { q: values.q }),
                ...(values.kind && { kind: values.kind as Row["kind"] }),
                ...(values.status && { status: values.status as Row["status"] }),
              },
            },
          })
        }
        columns={columns}
        rowKey={(row) => row.id}
        filters={[
          { name: "q", label: t("filter.name"), kind: "search" },
          { name: "kind", label: t("filter.kind"), kind: "select", options: KINDS.map((kind) => ({ value: kind, label: text(`district:kind.${kind}`) })) },
          { name: "status", label: t("filter.state"), kind: "select", options: (["active", "closed"] as const).map((one) => ({ value: one, label: t(`organizations.status.${one}`) })) },
        ]}
        empty={<EmptyState title={t("organizations.none")} lead={t("organizations.noneLead")} />}
      />
      {adding && <OrganizationForm onClose={() => setAdding(false)} onDone={(saved) => navigate(`/organizations/${saved.id}`)} />}
    </>
  );
}
