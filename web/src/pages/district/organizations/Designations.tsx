import { PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Select, Tabs, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { useQuery } from "@tanstack/react-query";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { useAddress } from "@/ui/useAddress";
import { StateTag } from "@/pages/designations/StateTag";
import { useAccess } from "../access";
import { FormModal } from "../FormModal";
import { KINDS } from "./kinds";

const Waiting = lazy(() => import("@/pages/designations/held/Waiting"));

type Scheme = Schemas["SchemeView"];

export function Component() {
  const { t } = useTranslation("district");
  const [{ tab }, set] = useAddress("tab");
  return (
    <>
      <PageTitle lead={t("designations.pageLead")}>{t("designations.title")}</PageTitle>
      <Tabs
        activeKey={tab ?? "held"}
        onChange={(key) => set({ tab: key === "held" ? undefined : key })}
        destroyOnHidden
        items={[
          { key: "held", label: t("designations.held"), children: <Held /> },
          {
            key: "renewals",
            label: t("designations.renewals"),
            children: (
              <Suspense>
                <Waiting />
              </Suspense>
            ),
          },
          { key: "schemes", label: t("schemes.title"), children: <Schemes /> },
        ]}
      />
    </>
  );
}

function Held() {
  const { t } = useTranslation("district");
  const named = useNamed();
  const schemes = useQuery(getQuery("/api/v1/schemes", { params: { query: { limit: 200 } } }));
  const columns: Column<Schemas["DesignationView"]>[] = [
    { key: "holder", title: t("filter.organization"), fixed: true, render: (row) => <Link to={`/organizations/${row.organization_id}`}>{row.professional_name ? `${row.professional_name} (${row.organization_name_zh})` : row.organization_name_zh}</Link>, csv: (row) => row.organization_name_zh },
    { key: "scheme", title: t("designations.scheme"), render: (row) => row.scheme_name_zh, csv: (row) => row.scheme_name_zh },
    { key: "number", title: t("designations.number"), render: (row) => <Link to={`/designations/${row.id}`}>{row.number}</Link>, csv: (row) => row.number },
    { key: "standing", title: t("filter.state"), render: (row) => <StateTag state={row.standing} />, csv: (row) => row.standing },
    { key: "level", title: t("organizations.level"), render: (row) => row.level, csv: (row) => row.level ?? "" },
    { key: "from", title: t("designations.from"), render: (row) => <DateTime value={row.valid_from} style="date" />, csv: (row) => row.valid_from },
    { key: "to", title: t("designations.to"), render: (row) => (row.valid_to ? <DateTime value={row.valid_to} style="date" /> : t("designations.open")), csv: (row) => row.valid_to ?? "" },
    { key: "source", title: t("designations.source"), hidden: true, render: (row) => row.source, csv: (row) => row.source },
  ];
  return (
    <DataTable
      name="designations"
      label={t("designations.held")}
      source={(page, values) =>
        getQuery("/api/v1/designations", {
          params: { query: { ...page, ...(values.q && { q: values.q }), ...(values.scheme && { scheme: values.scheme }), ...(values.on && { on: values.on }) } },
        })
      }
      columns={columns}
      rowKey={(row) => row.id}
      filters={[
        { name: "q", label: t("designations.search"), kind: "search" },
        { name: "scheme", label: t("designations.scheme"), kind: "select", width: 220, options: (schemes.data?.items ?? []).map((one) => ({ value: one.code, label: named(one.name_zh, one.name_en) })) },
        { name: "on", label: t("designations.on"), kind: "date" },
      ]}
      empty={<EmptyState title={t("designations.none")} lead={t("designations.noneLead")} />}
    />
  );
}

interface SchemeValues {
  code: string;
  name_zh: string;
  name_en?: string;
  holder_kinds?: Schemas["OrganizationKind"][];
}

function Schemes() {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const invalidate = useInvalidate();
  const { manages } = useAccess();
  const [open, setOpen] = useState<Scheme | "new">();
  const scheme = open === "new" ? undefined : open;
  const pick = (one: Scheme): SchemeValues => ({ code: one.code, name_zh: one.name_zh, name_en: one.name_en, holder_kinds: one.holder_kinds as Schemas["OrganizationKind"][] });
  const columns: Column<Scheme>[] = [
    { key: "name", title: t("filter.name"), fixed: true, render: (row) => <Link to={`/schemes/${row.id}`}>{named(row.name_zh, row.name_en)}</Link>, csv: (row) => named(row.name_zh, row.name_en) },
    { key: "code", title: t("schemes.code"), render: (row) => <code>{row.code}</code>, csv: (row) => row.code },
    { key: "kinds", title: t("schemes.holders"), render: (row) => row.holder_kinds.map((kind) => <Tag key={kind}>{text(`district:kind.${kind}`)}</Tag>), csv: (row) => row.holder_kinds.join(" ") },
    ...(manages
      ? [
          {
            key: "act",
            title: t("form.actions"),
            render: (row: Scheme) => (
              <Button size="small" aria-label={`${common("action.edit")}: ${row.name_zh}`} onClick={() => setOpen(row)}>
                {common("action.edit")}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <DataTable
        name="schemes"
        label={t("schemes.title")}
        prefix="scheme-"
        source={(page) => getQuery("/api/v1/schemes", { params: { query: page } })}
        columns={columns}
        rowKey={(row) => row.id}
        actions={
          manages && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("new")}>
              {t("schemes.add")}
            </Button>
          )
        }
        empty={<EmptyState title={t("schemes.none")} lead={t("schemes.noneLead")} />}
      />
      {open && (
        <FormModal<SchemeValues, Scheme>
          title={scheme ? t("schemes.change") : t("schemes.add")}
          okText={common("action.save")}
          initial={scheme ? pick(scheme) : {}}
          labels={{ name_zh: t("form.nameZh"), name_en: t("form.nameEn"), holder_kinds: t("schemes.holders") }}
          onClose={() => setOpen(undefined)}
          onDone={() => {
            void invalidate("/api/v1/schemes");
            setOpen(undefined);
          }}
          send={({ code, name_zh, name_en, holder_kinds }, version) => {
            const body = { name_zh, name_en: name_en ?? "", holder_kinds: holder_kinds ?? [] };
            return scheme
              ? call(api.PATCH("/api/v1/schemes/{id}", { params: { path: { id: scheme.id }, header: ifMatch(version ?? scheme.version) }, body }))
              : call(api.POST("/api/v1/schemes", { body: { code, ...body } }));
          }}
          {...(scheme && {
            newest: async () => {
              const now = await call(api.GET("/api/v1/schemes/{id}", { params: { path: { id: scheme.id } } }));
              return { version: now.version, values: pick(now) };
            },
          })}
        >
          {!scheme && (
            <Form.Item name="code" label={t("schemes.code")} extra={t("schemes.codeLead")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
              <Input maxLength={64} />
            </Form.Item>
          )}
          <Form.Item name="name_zh" label={t("form.nameZh")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
            <Input maxLength={200} />
          </Form.Item>
          <Form.Item name="name_en" label={t("form.nameEn")}>
            <Input maxLength={200} />
          </Form.Item>
          <Form.Item name="holder_kinds" label={t("schemes.holders")} extra={t("schemes.holdersLead")}>
            <Select mode="multiple" options={KINDS.map((kind) => ({ value: kind, label: text(`district:kind.${kind}`) }))} />
          </Form.Item>
        </FormModal>
      )}
    </>
  );
}
