import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Descriptions, Flex, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { WideTable } from "@/ui/WideTable";
import { useProblemText } from "@/ui/problems";
import { StatusTag } from "@/ui/StatusTag";
import { FormModal } from "../FormModal";
import { GrantFields, grantOf, type GrantValues, useDistrict } from "./grants";
import { OneTime } from "./OneTime";

type Row = Schemas["AccountView"];

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("district");
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/accounts/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton rows={8} />;
  if (!data)
    return (
      <>
        <PageTitle>{t("account.title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  return <One key={data.id} account={data} />;
}

function One({ account }: { account: Row }) {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const me = useMe();
  const own = me.account_id === account.id;
  const district = useDistrict();
  const { modal, message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const [asked, setAsked] = useState<"rename" | "grant">();
  const [made, setMade] = useState<Schemas["OneTimePassword"]>();
  const path = { id: account.id };
  const settle = { onError: (error: unknown) => message.error(say.whole(error)), onSettled: () => invalidate("/api/v1/accounts") };
  const status = useMutation({
    mutationFn: (next: Schemas["AccountStatus"]) => call(api.PATCH("/api/v1/accounts/{id}", { params: { path, header: ifMatch(account.version) }, body: { status: next } })),
    onSuccess: (_, next) => message.success(t(next === "disabled" ? "account.disabled" : "account.enabled")),
    ...settle,
  });
  const reset = useMutation({
    mutationFn: () => call(api.POST("/api/v1/accounts/{id}/reset-password", { params: { path } })),
    onSuccess: setMade,
    ...settle,
  });
  const take = useMutation({
    mutationFn: (grant_id: string) => call(api.DELETE("/api/v1/accounts/{id}/grants/{grant_id}", { params: { path: { ...path, grant_id } } })),
    onSuccess: () => message.success(t("account.grantTaken")),
    ...settle,
  });
  const sure = (title: string, content: string, act: () => Promise<unknown>) =>
    modal.confirm({ title, content, okText: common("action.ok"), cancelText: common("action.cancel"), onOk: () => act().catch(() => undefined) });
  return (
    <>
      <PageTitle
        before={<StatusTag of="account" state={account.status} />}
        {...(!own && {
          actions: (
            <>
              <Button onClick={() => setAsked("rename")}>{t("account.rename")}</Button>
              <Button loading={reset.isPending} onClick={() => sure(t("account.resetSure"), t("account.resetLead"), () => reset.mutateAsync())}>
                {t("account.reset")}
              </Button>
              {account.status === "active" ? (
                <Button key="disable" danger loading={status.isPending} onClick={() => sure(t("account.disableSure"), t("account.disableLead"), () => status.mutateAsync("disabled"))}>
                  {t("account.disable")}
                </Button>
              ) : (
                <Button key="enable" loading={status.isPending} onClick={() => status.mutate("active")}>
                  {t("account.enable")}
                </Button>
              )}
            </>
          ),
        })}
      >
        {account.display_name}
      </PageTitle>
      <Flex vertical gap={16}>
        <Card>
          <Descriptions
            column={{ xs: 1, md: 2 }}
            items={[
              { key: "login", label: t("accounts.login"), children: account.login },
              { key: "created", label: t("accounts.created"), children: <DateTime value={account.created_at} /> },
              { key: "password", label: t("accounts.password"), children: account.must_change_password ? t("account.mustChange") : t("account.ownPassword") },
              ...(account.locked_until ? [{ key: "locked", label: t("accounts.locked"), children: <DateTime value={account.locked_until} /> }] : []),
            ]}
          />
          <Link to={`/district/audit?account=${account.id}`}>{t("account.audit")}</Link>
        </Card>
        <Card
          title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("accounts.grants")}</h2>}
          extra={
            !own && (
              <Button size="small" type="primary" onClick={() => setAsked("grant")}>
                {t("account.grant")}
              </Button>
            )
          }
          styles={{ body: { padding: 0 } }}
        >
          <WideTable
            aria-label={t("accounts.grants")}
            rowKey="id"
            dataSource={account.grants}
            pagination={false}
            columns={[
              { title: t("accounts.role"), render: (_, grant) => text(`common:role.${grant.role}`) },
              { title: t("account.scope"), render: (_, grant) => named(grant.scope_name_zh, grant.scope_name_en) },
              { title: t("account.since"), render: (_, grant) => <DateTime value={grant.granted_at} /> },
              {
                title: t("form.actions"),
                render: (_, grant) =>
                  !own && (
                    <Button
                      danger
                      aria-label={`${t("account.take")}: ${text(`common:role.${grant.role}`)}`}
                      onClick={() => sure(t("account.takeSure"), t("account.takeLead"), () => take.mutateAsync(grant.id))}
                    >
                      {t("account.take")}
                    </Button>
                  ),
              },
            ]}
          />
        </Card>
      </Flex>
      {asked === "rename" && (
        <FormModal<{ display_name: string }, Row>
          title={t("account.rename")}
          okText={common("action.save")}
          initial={{ display_name: account.display_name }}
          labels={{ display_name: t("accounts.name") }}
          newest={async () => {
            const now = await call(api.GET("/api/v1/accounts/{id}", { params: { path } }));
            return { version: now.version, values: { display_name: now.display_name } };
          }}
          onClose={() => setAsked(undefined)}
          onDone={() => {
            void invalidate("/api/v1/accounts");
            setAsked(undefined);
          }}
          send={(body, version) => call(api.PATCH("/api/v1/accounts/{id}", { params: { path, header: ifMatch(version ?? account.version) }, body }))}
        >
          <Form.Item name="display_name" label={t("accounts.name")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
            <Input maxLength={100} />
          </Form.Item>
        </FormModal>
      )}
      {asked === "grant" && (
        <FormModal<GrantValues, Row>
          title={t("account.grant")}
          okText={t("account.grant")}
          initial={{}}
          onClose={() => setAsked(undefined)}
          onDone={() => {
            void invalidate("/api/v1/accounts");
            setAsked(undefined);
          }}
          send={(values) => call(api.POST("/api/v1/accounts/{id}/grants", { params: { path }, body: grantOf(values, district) }))}
        >
          <GrantFields />
        </FormModal>
      )}
      {made && <OneTime made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}
