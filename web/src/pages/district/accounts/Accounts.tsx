import { PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { ROLES } from "@/app/roles";
import { useNamed, useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { StatusTag } from "@/ui/StatusTag";
import { FormModal } from "../FormModal";
import { OrganizationSelect } from "../pick";
import { GrantFields, grantOf, type GrantValues, useDistrict } from "./grants";
import { OneTime } from "./OneTime";

type Row = Schemas["AccountView"];

export function Component() {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const invalidate = useInvalidate();
  const district = useDistrict();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Schemas["OneTimePassword"]>();
  const grants = (row: Row) => row.grants.map((grant) => `${text(`common:role.${grant.role}`)} · ${named(grant.scope_name_zh, grant.scope_name_en)}`);
  const columns: Column<Row>[] = [
    { key: "login", title: t("accounts.login"), fixed: true, render: (row) => <Link to={`/district/accounts/${row.id}`}>{row.login}</Link>, csv: (row) => row.login },
    { key: "name", title: t("accounts.name"), render: (row) => row.display_name, csv: (row) => row.display_name },
    { key: "grants", title: t("accounts.grants"), render: (row) => grants(row).map((grant) => <div key={grant}>{grant}</div>), csv: (row) => grants(row).join("; ") },
    {
      key: "status",
      title: t("filter.state"),
      render: (row) => (
        <>
          <StatusTag of="account" state={row.status} />
          {row.must_change_password && <Tag>{t("accounts.notYetUsed")}</Tag>}
          {row.locked_until && <Tag color="warning">{t("accounts.locked")}</Tag>}
        </>
      ),
      csv: (row) => row.status,
    },
    { key: "created", title: t("accounts.created"), hidden: true, render: (row) => <DateTime value={row.created_at} />, csv: (row) => row.created_at },
  ];
  return (
    <>
      <PageTitle
        lead={t("accounts.lead")}
        actions={
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
            {t("accounts.add")}
          </Button>
        }
      >
        {t("accounts.title")}
      </PageTitle>
      <DataTable
        name="accounts"
        label={t("accounts.title")}
        source={(page, values) =>
          getQuery("/api/v1/accounts", {
            params: {
              query: {
                ...page,
                ...(values.q && { q: values.q }),
                ...(values.role && { role: values.role }),
                ...(values.organization && { organization_id: values.organization }),
                ...(values.status && { status: values.status }),
              },
            },
          })
        }
        columns={columns}
        rowKey={(row) => row.id}
        filters={[
          { name: "q", label: t("accounts.search"), kind: "search" },
          { name: "role", label: t("accounts.role"), kind: "select", width: 170, options: ROLES.map((role) => ({ value: role, label: common(`role.${role}`) })) },
          { name: "organization", label: t("filter.organization"), kind: "own", field: (value, set, id) => <OrganizationSelect id={id} value={value} onChange={set} /> },
          { name: "status", label: t("filter.state"), kind: "select", options: (["active", "disabled"] as const).map((one) => ({ value: one, label: common(`status.account.${one}`) })) },
        ]}
        empty={<EmptyState title={t("accounts.none")} lead={t("accounts.noneLead")} />}
      />
      {adding && (
        <FormModal<GrantValues & { login: string; display_name: string }, Schemas["OneTimePassword"]>
          title={t("accounts.add")}
          okText={t("accounts.add")}
          lead={t("accounts.addLead")}
          initial={{}}
          onClose={() => setAdding(false)}
          onDone={(done) => {
            void invalidate("/api/v1/accounts");
            setAdding(false);
            setMade(done);
          }}
          send={(values) =>
            call(api.POST("/api/v1/accounts", { body: { login: values.login, display_name: values.display_name, grants: [grantOf(values, district)] } }))
          }
        >
          <Form.Item name="login" label={t("accounts.login")} extra={t("accounts.loginLead")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
            <Input maxLength={64} autoComplete="off" />
          </Form.Item>
          <Form.Item name="display_name" label={t("accounts.name")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
          <GrantFields />
        </FormModal>
      )}
      {made && <OneTime made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}
