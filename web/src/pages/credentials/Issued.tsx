import { useMutation } from "@tanstack/react-query";
import { App, Button, Form, Input, Popconfirm } from "antd";
import { useState } from "react";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { FormModal } from "@/pages/district/FormModal";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { useProblemText } from "@/ui/problems";
import { StateOf } from "./StateOf";

type Credential = Schemas["CredentialView"];

/** What the district has issued, for those who answer for it. */
export function Component() {
  const { t } = useTranslation("credentials");
  const named = useNamed();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const [revoking, setRevoking] = useState<Credential>();
  const official = useMe().grants.some((grant) => grant.role === "district_official");
  const columns: Column<Credential>[] = [
    { key: "number", title: t("all.number"), fixed: true, render: (row) => row.number, csv: (row) => row.number },
    { key: "person", title: t("all.person"), render: (row) => <PersonLink id={row.person_id} name={row.person_name} />, csv: (row) => row.person_name },
    { key: "kind", title: t("all.kind"), render: (row) => t(`kind.${row.kind}` as "kind.badge"), csv: (row) => row.kind },
    { key: "what", title: t("all.what"), render: (row) => named(row.title_zh, row.title_en), csv: (row) => row.title_zh },
    { key: "state", title: t("all.state"), render: (row) => <StateOf state={row.state} />, csv: (row) => row.state },
    { key: "issued", title: t("all.issued"), render: (row) => <DateTime value={row.issued_at} />, csv: (row) => row.issued_at },
    {
      key: "action",
      title: t("all.action"),
      render: (row) =>
        official && row.state !== "revoked" ? (
          <Button size="small" danger aria-label={t("all.revokeOne", { number: row.number })} onClick={() => setRevoking(row)}>
            {t("all.revoke")}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <PageTitle lead={t("all.lead")} actions={official && <NewKey />}>
        {t("all.title")}
      </PageTitle>
      <DataTable
        name="credentials"
        label={t("all.title")}
        source={(page, filters: Record<"number", string | undefined>) =>
          getQuery("/api/v1/credentials", { params: { query: { ...page, ...(filters.number && { number: filters.number }) } } })
        }
        columns={columns}
        rowKey={(row) => row.id}
        filters={[{ name: "number", kind: "search", label: t("all.search") }]}
        empty={<EmptyState title={t("all.empty")} lead={t("all.emptyLead")} />}
      />
      {revoking && (
        <FormModal<{ reason: string }, Credential>
          danger
          title={t("all.revokeTitle", { number: revoking.number })}
          okText={t("all.revoke")}
          lead={t("all.revokeLead")}
          initial={{ reason: "" }}
          send={(body) => call(api.POST("/api/v1/credentials/{id}/revocation", { params: { path: { id: revoking.id } }, body }))}
          onDone={async (row) => {
            setRevoking(undefined);
            message.success(t("all.revoked", { number: row.number }));
            await invalidate("/api/v1/credentials");
          }}
          onClose={() => setRevoking(undefined)}
        >
          <Form.Item name="reason" label={t("all.reason")} rules={[{ required: true, whitespace: true }]}>
            <Input.TextArea rows={3} maxLength={400} />
          </Form.Item>
        </FormModal>
      )}
    </>
  );
}

function NewKey() {
  const { t } = useTranslation("credentials");
  const { message } = App.useApp();
  const say = useProblemText();
  const replace = useMutation({
    mutationFn: () => call(api.POST("/api/v1/credential-keys")),
    onSuccess: () => message.success(t("all.newKeyDone")),
    onError: (error) => message.error(say.whole(error)),
  });
  return (
    <Popconfirm title={t("all.newKey")} description={<div style={{ maxWidth: 300 }}>{t("all.newKeyLead")}</div>} onConfirm={() => replace.mutate()}>
      <Button loading={replace.isPending}>{t("all.newKey")}</Button>
    </Popconfirm>
  );
}
