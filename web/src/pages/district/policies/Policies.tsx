import { PlusOutlined } from "@ant-design/icons";
import { Button, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useNamed } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { useAccess } from "../access";
import { useEffectivePolicies } from "../pick";
import { AdoptionState } from "./states";

type Row = Schemas["PolicyView"];
type Adoption = Schemas["AdoptionView"];

export function Component() {
  const { t } = useTranslation("district");
  const named = useNamed();
  const navigate = useNavigate();
  const { manages, reads } = useAccess();
  const effective = useEffectivePolicies();
  const [ticked, setTicked] = useState<string[]>([]);
  const columns: Column<Row>[] = [
    {
      key: "title",
      title: t("policies.name"),
      fixed: true,
      render: (row) => (
        <>
          <Link to={`/district/policies/${row.id}`}>{named(row.title_zh, row.title_en)}</Link>{" "}
          {effective.some((one) => one.policy_version_id === row.id) && <Tag color="success">{t("policies.effective")}</Tag>}
          {row.illustrative && <Tag color="warning">{t("about.illustrative")}</Tag>}
        </>
      ),
      csv: (row) => named(row.title_zh, row.title_en),
    },
    { key: "id", title: t("policies.id"), render: (row) => <code>{row.policy_id}</code>, csv: (row) => row.policy_id },
    { key: "version", title: t("policies.version"), render: (row) => row.version, csv: (row) => row.version },
    { key: "whose", title: t("policies.whose"), render: (row) => (row.district_id ? t("policies.own") : t("policies.shipped")), csv: (row) => row.district_id ?? "" },
    { key: "published", title: t("policies.published"), render: (row) => <DateTime value={row.published_at} />, csv: (row) => row.published_at },
    { key: "digest", title: t("policies.digest"), render: (row) => <code title={row.digest}>{row.digest.slice(0, 12)}</code>, csv: (row) => row.digest, hidden: true },
  ];
  const adoptionColumns: Column<Adoption>[] = [
    {
      key: "version",
      title: t("policies.version"),
      fixed: true,
      render: (row) => (
        <Link to={`/district/policies/adoptions/${row.id}`}>
          {row.policy_id} {row.policy_version}
        </Link>
      ),
      csv: (row) => `${row.policy_id} ${row.policy_version}`,
    },
    { key: "state", title: t("col.status"), render: (row) => <AdoptionState state={row.state} />, csv: (row) => row.state },
    { key: "requested", title: t("adoption.requested"), render: (row) => <DateTime value={row.requested_at} />, csv: (row) => row.requested_at },
    { key: "effective", title: t("adoption.effectiveAt"), render: (row) => <DateTime value={row.effective_at} />, csv: (row) => row.effective_at ?? "" },
    { key: "until", title: t("adoption.supersededAt"), render: (row) => <DateTime value={row.superseded_at} />, csv: (row) => row.superseded_at ?? "" },
  ];
  const [a, b] = ticked;
  return (
    <>
      <PageTitle
        lead={t("policies.lead")}
        {...(manages && {
          actions: (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => navigate("/district/policies/new")}>
              {t("publish.open")}
            </Button>
          ),
        })}
      >
        {t("policies.title")}
      </PageTitle>
      <DataTable
        name="policies"
        label={t("policies.title")}
        source={(page, values) =>
          getQuery("/api/v1/policies", { params: { query: { ...page, ...(values.policy_id && { policy_id: values.policy_id }) } } })
        }
        columns={columns}
        rowKey={(row) => row.id}
        filters={[{ name: "policy_id", label: t("policies.id"), kind: "search" }]}
        selection={{
          keys: ticked,
          onChange: (keys) => setTicked(keys.slice(-2)),
          label: (row) => t("policies.tick", { name: named(row.title_zh, row.title_en), version: row.version }),
        }}
        actions={
          <Button disabled={!a || !b} onClick={() => navigate(`/district/policies/compare?a=${a}&b=${b}`)}>
            {ticked.length === 2 ? t("compare.open") : t("compare.pickTwo")}
          </Button>
        }
        empty={<EmptyState title={t("policies.none")} />}
      />
      {reads && (
        <div style={{ marginTop: 32 }}>
          <h2 style={{ fontSize: 20, margin: "0 0 12px" }}>
            {t("adoption.list")}
          </h2>
          <DataTable
            name="adoptions"
            label={t("adoption.list")}
            prefix="adoption-"
            source={(page) => getQuery("/api/v1/adoptions", { params: { query: page } })}
            columns={adoptionColumns}
            rowKey={(row) => row.id}
            empty={<EmptyState title={t("adoption.none")} lead={t("adoption.noneLead")} />}
          />
        </div>
      )}
    </>
  );
}
