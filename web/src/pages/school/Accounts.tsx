import { MoreOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Dropdown, Flex, Form, Input, Modal, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { isProblem } from "@/api/problem";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { Conflict } from "@/ui/Conflict";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { StatusTag } from "@/ui/StatusTag";
import { Grants } from "./Grants";
import { NewAccounts } from "./NewAccounts";
import { type Slip, Slips } from "./Slips";
import { SchoolSwitch, useSchool } from "./useSchool";

type Account = Schemas["AccountView"];
const ROLES = ["teacher", "student", "guardian", "school_admin"] as const;

export function Component() {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const me = useMe();
  const school = useSchool();
  const { message, modal } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const [making, setMaking] = useState(false);
  const [slips, setSlips] = useState<Slip[]>([]);
  const [renamed, setRenamed] = useState<Account>();
  const [granted, setGranted] = useState<Account>();

  const reset = useMutation({
    mutationFn: (id: string) => call(api.POST("/api/v1/accounts/{id}/reset-password", { params: { path: { id } } })),
    onSuccess: ({ account, one_time_password }) => setSlips([{ account, password: one_time_password }]),
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => invalidate("/api/v1/accounts"),
  });
  const change = useMutation({
    mutationFn: ({ account, status }: { account: Account; status: "active" | "disabled" }) =>
      call(
        api.PATCH("/api/v1/accounts/{id}", {
          params: { path: { id: account.id }, header: ifMatch(account.version) },
          body: { status },
        }),
      ),
    onSuccess: (account) => message.success(t(account.status === "active" ? "accounts.enabled" : "accounts.disabled", { name: account.display_name })),
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => invalidate("/api/v1/accounts"),
  });

  const act = (account: Account, key: string) => {
    const sure = { okText: common("action.ok"), cancelText: common("action.cancel") };
    if (key === "rename") setRenamed(account);
    if (key === "grants") setGranted(account);
    if (key === "enable") change.mutate({ account, status: "active" });
    if (key === "disable")
      modal.confirm({
        ...sure,
        title: t("accounts.disableSure", { name: account.display_name }),
        content: t("accounts.disableLead"),
        onOk: () => change.mutateAsync({ account, status: "disabled" }).catch(() => {}),
      });
    if (key === "reset")
      modal.confirm({
        ...sure,
        title: t("accounts.resetSure", { name: account.display_name }),
        content: t("accounts.resetLead"),
        onOk: () => reset.mutateAsync(account.id).catch(() => {}),
      });
  };
  /** Those above the school, and oneself, are not for this page. */
  const mine = (account: Account) =>
    account.id !== me.account_id && account.grants.every((grant) => ["teacher", "student", "guardian"].includes(grant.role));
  const role = (grant: Account["grants"][number]) => text(`common:role.${grant.role}`, {}, grant.role);
  const over = (grant: Account["grants"][number]) => named(grant.scope_name_zh, grant.scope_name_en);

  const columns: Column<Account>[] = [
    { key: "name", title: t("accounts.name"), render: (row) => row.display_name, csv: (row) => row.display_name },
    { key: "login", title: t("accounts.login"), render: (row) => row.login, csv: (row) => row.login },
    {
      key: "grants",
      title: t("accounts.grants"),
      render: (row) => (
        <Flex gap={4} wrap>
          {row.grants.map((grant) => (
            <Tag key={grant.id}>
              {role(grant)}
              {grant.person_id && ` · ${over(grant)}`}
            </Tag>
          ))}
          {row.grants.length === 0 && "—"}
        </Flex>
      ),
      csv: (row) => row.grants.map((grant) => `${role(grant)} ${over(grant)}`).join("; "),
    },
    {
      key: "status",
      title: t("column.status"),
      render: (row) => (
        <Flex gap={4} wrap>
          <StatusTag of="account" state={row.status} />
          {row.must_change_password && <Tag color="processing">{t("accounts.fresh")}</Tag>}
          {row.locked_until && <Tag color="warning">{t("accounts.locked")}</Tag>}
        </Flex>
      ),
      csv: (row) => text(`common:status.account.${row.status}`, {}, row.status),
    },
    { key: "created", title: t("accounts.created"), render: (row) => <DateTime value={row.created_at} style="date" />, csv: (row) => row.created_at, hidden: true },
    {
      key: "actions",
      title: t("accounts.actions"),
      fixed: true,
      align: "right",
      render: (row) =>
        mine(row) && (
          <Dropdown
            trigger={["click"]}
            menu={{
              onClick: ({ key }) => act(row, key),
              items: [
                { key: "reset", label: t("accounts.reset") },
                { key: "grants", label: t("accounts.editGrants") },
                { key: "rename", label: t("accounts.rename") },
                row.status === "active"
                  ? { key: "disable", label: t("accounts.disable"), danger: true }
                  : { key: "enable", label: t("accounts.enable") },
              ],
            }}
          >
            <Button type="text" icon={<MoreOutlined />} aria-haspopup="menu" aria-label={t("accounts.actionsOf", { name: row.display_name })} />
          </Dropdown>
        ),
    },
  ];

  return (
    <>
      <div className={slips.length > 0 ? "kepu-no-print" : undefined}>
        <PageTitle
          lead={t("accounts.lead")}
          actions={
            <>
              <SchoolSwitch />
              <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
                {t("accounts.create")}
              </Button>
            </>
          }
        >
          {t("accounts.title")}
        </PageTitle>
      </div>
      {slips.length > 0 && <Slips slips={slips} onClose={() => setSlips([])} />}
      <div className={slips.length > 0 ? "kepu-no-print" : undefined}>
        <DataTable
          name="accounts"
          label={t("accounts.title")}
          columns={columns}
          rowKey={(row) => row.id}
          source={(page, filters) =>
            getQuery("/api/v1/accounts", {
              // Pupils and guardians stand under persons, not under the school: the service lists the own ones anyway.
              params: { query: { limit: page.limit, cursor: page.cursor, q: filters.q, role: filters.role, status: filters.status } },
            })
          }
          filters={[
            { name: "q", label: t("accounts.search"), kind: "search", placeholder: t("persons.searchHint") },
            { name: "role", label: t("accounts.role"), kind: "select", options: ROLES.map((value) => ({ value, label: common(`role.${value}`) })) },
            {
              name: "status",
              label: t("column.status"),
              kind: "select",
              options: (["active", "disabled"] as const).map((value) => ({ value, label: common(`status.account.${value}`) })),
            },
          ]}
          empty={<EmptyState title={t("accounts.empty")} lead={t("accounts.emptyLead")} />}
        />
      </div>
      {making && (
        <NewAccounts
          school={school.id}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setSlips((before) => [...before, ...made]);
            void invalidate("/api/v1/accounts");
          }}
        />
      )}
      {renamed && <Rename account={renamed} onClose={() => setRenamed(undefined)} />}
      {granted && <Grants account={granted} school={school} onClose={() => setGranted(undefined)} />}
    </>
  );
}

function Rename({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<{ display_name: string }>();
  const [newest, setNewest] = useState<Account>();
  const path = { id: account.id };

  const save = useMutation({
    mutationFn: ({ name, version }: { name: string; version: number }) =>
      call(api.PATCH("/api/v1/accounts/{id}", { params: { path, header: ifMatch(version) }, body: { display_name: name } })),
    onSuccess: async () => {
      message.success(t("accounts.renamed"));
      await invalidate("/api/v1/accounts");
      onClose();
    },
    onError: async (error) => {
      if (isProblem(error, "version_changed")) setNewest(await call(api.GET("/api/v1/accounts/{id}", { params: { path } })));
    },
  });
  const mine = form.getFieldValue("display_name") as string;
  return (
    <>
      <Modal
        open
        title={t("accounts.renameTitle", { login: account.login })}
        okText={common("action.save")}
        cancelText={common("action.cancel")}
        confirmLoading={save.isPending}
        onOk={form.submit}
        onCancel={onClose}
      >
        {!newest && <ProblemAlert error={save.error} />}
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          initialValues={{ display_name: account.display_name }}
          onFinish={({ display_name }) => save.mutate({ name: display_name.trim(), version: account.version })}
        >
          <Form.Item name="display_name" label={t("accounts.name")} rules={[{ required: true, whitespace: true, message: t("required") }]}>
            <Input maxLength={100} autoFocus />
          </Form.Item>
        </Form>
      </Modal>
      {newest && (
        <Conflict
          open
          fields={[
            {
              key: "display_name",
              label: t("accounts.name"),
              theirs: newest.display_name,
              mine,
              differs: newest.display_name !== mine,
            },
          ]}
          saving={save.isPending}
          onBack={() => setNewest(undefined)}
          onTakeTheirs={() => {
            void invalidate("/api/v1/accounts");
            onClose();
          }}
          onKeepMine={() => save.mutate({ name: mine.trim(), version: newest.version })}
        />
      )}
    </>
  );
}
