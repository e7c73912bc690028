import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Descriptions, Flex, Form, Input, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { WideTable } from "@/ui/WideTable";
import { useAccess } from "../access";
import { FormModal } from "../FormModal";
import { StateTag } from "@/pages/designations/StateTag";
import { DesignationForm, OrganizationForm } from "./forms";

const Dates = lazy(() => import("@/pages/designations/held/Dates"));
const End = lazy(() => import("@/pages/designations/held/End"));

type Asked = { what: "edit" | "close" | "reopen" | "grant" } | { what: "change" | "end"; designation: Schemas["DesignationView"] };

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("district");
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/organizations/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton rows={8} />;
  if (!data)
    return (
      <>
        <PageTitle>{t("organization.title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  return <One key={data.id} organization={data} />;
}

function One({ organization }: { organization: Schemas["OrganizationView"] }) {
  const { t } = useTranslation("district");
  const text = useText();
  const named = useNamed();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const { manages, reads } = useAccess();
  const [asked, setAsked] = useState<Asked>();
  const held = useQuery(getQuery("/api/v1/organizations/{id}/designations", { params: { path: { id: organization.id }, query: { limit: 200 } } }));
  const close = () => setAsked(undefined);
  const changed = () => {
    void invalidate("/api/v1/organizations", "/api/v1/designations", "/api/v1/register");
    close();
  };
  const school = organization.kind === "school" || organization.kind === "kindergarten";
  return (
    <>
      <PageTitle
        before={
          <>
            <Tag>{text(`district:kind.${organization.kind}`)}</Tag>
            {organization.status === "closed" && <Tag color="error">{t("organizations.status.closed")}</Tag>}
          </>
        }
        {...(manages && {
          actions: (
            <>
              <Button onClick={() => setAsked({ what: "edit" })}>{t("organizations.change")}</Button>
              {organization.status === "active" ? (
                <Button danger onClick={() => setAsked({ what: "close" })}>
                  {t("organization.close")}
                </Button>
              ) : (
                <Button onClick={() => setAsked({ what: "reopen" })}>{t("organization.reopen")}</Button>
              )}
            </>
          ),
        })}
      >
        {named(organization.name_zh, organization.name_en)}
      </PageTitle>
      <Flex vertical gap={16}>
        <Card>
          <Descriptions
            column={{ xs: 1, md: 2 }}
            items={[
              { key: "zh", label: t("form.nameZh"), children: organization.name_zh },
              { key: "en", label: t("form.nameEn"), children: organization.name_en || "—" },
              { key: "code", label: t("organizations.code"), children: organization.code },
              { key: "level", label: t("organizations.level"), children: organization.level || "—" },
            ]}
          />
          {reads && (
            <Flex gap={16} wrap style={{ marginTop: 8 }}>
              {school && (
                <>
                  <Link to={`/district?school=${organization.id}`}>{t("organization.standing")}</Link>
                  <Link to={`/district/reports/persons?school=${organization.id}`}>{t("organization.students")}</Link>
                </>
              )}
              <Link to={`/district/reports/hosts?host=${organization.id}`}>{t("organization.hostReport")}</Link>
              {manages && <Link to={`/district/accounts?organization=${organization.id}`}>{t("organization.accounts")}</Link>}
            </Flex>
          )}
        </Card>
        <Card
          title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("designations.held")}</h2>}
          extra={
            manages &&
            organization.status === "active" && (
              <Button size="small" type="primary" onClick={() => setAsked({ what: "grant" })}>
                {t("designations.grant")}
              </Button>
            )
          }
          styles={{ body: { padding: 0 } }}
        >
          <ProblemAlert error={held.error} retry={held.refetch} />
          {held.data?.items.length === 0 && <EmptyState title={t("designations.noneHeld")} lead={t("designations.noneHeldLead")} />}
          {held.data && held.data.items.length > 0 && (
            <WideTable
              aria-label={t("designations.held")}
              rowKey="id"
              dataSource={held.data.items}
              pagination={false}
              columns={[
                { title: t("designations.scheme"), render: (_, row) => row.scheme_name_zh },
                {
                  title: t("designations.number"),
                  render: (_, one) => <Link to={`/designations/${one.id}`}>{one.number}</Link>,
                },
                { title: t("organizations.level"), dataIndex: "level" },
                {
                  title: t("designations.period"),
                  render: (_, row) => (
                    <>
                      <DateTime value={row.valid_from} style="date" /> – {row.valid_to ? <DateTime value={row.valid_to} style="date" /> : t("designations.open")}
                    </>
                  ),
                },
                {
                  title: t("filter.state"),
                  render: (_, row) => <StateTag state={row.standing} />,
                },
                { title: t("designations.source"), dataIndex: "source" },
                ...(manages
                  ? [
                      {
                        title: t("form.actions"),
                        render: (_: unknown, row: Schemas["DesignationView"]) => (
                          <Flex gap={8}>
                            <Button size="small" onClick={() => setAsked({ what: "change", designation: row })}>
                              {t("designations.change")}
                            </Button>
                            {row.standing !== "expired" && row.standing !== "revoked" && (
                              <Button size="small" danger onClick={() => setAsked({ what: "end", designation: row })}>
                                {t("designations.end")}
                              </Button>
                            )}
                          </Flex>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          )}
        </Card>
      </Flex>
      {asked?.what === "edit" && <OrganizationForm organization={organization} onClose={close} onDone={close} />}
      {asked?.what === "grant" && <DesignationForm organization={organization.id} onClose={close} />}
      <Suspense>
        {asked?.what === "change" && <Dates designation={asked.designation} onDone={changed} onClose={close} />}
        {asked?.what === "end" && <End designation={asked.designation} onDone={changed} onClose={close} />}
      </Suspense>
      {(asked?.what === "close" || asked?.what === "reopen") && (
        <FormModal<{ reason: string }, Schemas["OrganizationView"]>
          title={t(`organization.${asked.what}`)}
          okText={t(`organization.${asked.what}`)}
          danger={asked.what === "close"}
          lead={t(`organization.${asked.what}Lead`)}
          initial={{}}
          onClose={close}
          onDone={() => {
            void invalidate("/api/v1/organizations");
            close();
          }}
          send={async (body) => {
            const params = { path: { id: organization.id }, header: ifMatch(organization.version) };
            if (asked.what !== "close") return call(api.POST("/api/v1/organizations/{id}/reopen", { params, body }));
            const closed = await call(api.POST("/api/v1/organizations/{id}/close", { params, body }));
            if (closed.sessions_ahead > 0) message.warning(t("organization.aheadStill", { count: closed.sessions_ahead }));
            return closed;
          }}
        >
          <Form.Item name="reason" label={t("result.reason")} rules={[{ required: true, whitespace: true, message: t("form.reasonMissing") }]}>
            <Input.TextArea rows={3} maxLength={500} />
          </Form.Item>
        </FormModal>
      )}
    </>
  );
}
