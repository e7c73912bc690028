import { PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Modal, Select } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useAccess } from "@/pages/district/access";
import { useEffectivePolicies } from "@/pages/district/pick";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { useProblemText } from "@/ui/problems";
import { draftState } from "./draftState";
import { LabState } from "./states";

type Draft = Schemas["DraftView"];
type Trial = Schemas["TrialView"];

/** The drafts and the trials of a district. */
export function Component() {
  const { t } = useTranslation("laboratory");
  const named = useNamed();
  const { official } = useAccess();
  const [begins, setBegins] = useState(false);
  const drafts: Column<Draft>[] = [
    {
      key: "policy",
      title: t("col.policy"),
      fixed: true,
      render: (row) => <Link to={`/district/laboratory/drafts/${row.id}`}>{named(row.title_zh, row.title_en) || t("unnamed")}</Link>,
      csv: (row) => named(row.title_zh, row.title_en),
    },
    { key: "version", title: t("col.version"), render: (row) => row.policy_version, csv: (row) => row.policy_version },
    {
      key: "state",
      title: t("col.state"),
      render: (row) => <LabState state={draftState(row)} />,
      csv: (row) => row.state,
    },
    { key: "effective", title: t("col.effectiveOn"), render: (row) => row.effective_on ?? "", csv: (row) => row.effective_on ?? "" },
    { key: "updated", title: t("col.updated"), render: (row) => <DateTime value={row.updated_at} />, csv: (row) => row.updated_at },
    { key: "by", title: t("col.by"), render: (row) => row.updated_by_name, csv: (row) => row.updated_by_name ?? "" },
  ];
  const trials: Column<Trial>[] = [
    {
      key: "policy",
      title: t("col.policy"),
      fixed: true,
      render: (row) => (
        <Link to={`/district/laboratory/trials/${row.id}`}>
          {named(row.title_zh, row.title_en)} {row.policy_version}
        </Link>
      ),
      csv: (row) => `${row.policy_id} ${row.policy_version}`,
    },
    {
      key: "against",
      title: t("col.against"),
      render: (row) => (row.against_version ? `${row.against_policy_id} ${row.against_version}` : t("nothing")),
      csv: (row) => row.against_version ?? "",
    },
    { key: "state", title: t("col.state"), render: (row) => <LabState state={row.state} />, csv: (row) => row.state },
    { key: "requested", title: t("col.requested"), render: (row) => <DateTime value={row.requested_at} />, csv: (row) => row.requested_at },
    { key: "by", title: t("col.requestedBy"), render: (row) => row.requested_by_name, csv: (row) => row.requested_by_name ?? "" },
  ];
  return (
    <>
      <PageTitle
        lead={
          <>
            {t("lead")} <Link to="/district/policies">{t("readPolicies")}</Link>
          </>
        }
        {...(official && {
          actions: (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setBegins(true)}>
              {t("newDraft")}
            </Button>
          ),
        })}
      >
        {t("title")}
      </PageTitle>
      <h2 style={{ fontSize: 20, margin: "0 0 12px" }}>{t("drafts")}</h2>
      <DataTable
        name="policy-drafts"
        label={t("drafts")}
        source={(page) => getQuery("/api/v1/policy-drafts", { params: { query: page } })}
        columns={drafts}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t("draftsNone")} lead={t("draftsNoneLead")} />}
      />
      <h2 style={{ fontSize: 20, margin: "32px 0 12px" }}>{t("trials")}</h2>
      <DataTable
        name="policy-trials"
        label={t("trials")}
        prefix="trial-"
        source={(page) => getQuery("/api/v1/policy-trials", { params: { query: page } })}
        columns={trials}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t("trialsNone")} lead={t("trialsNoneLead")} />}
      />
      {begins && <Begin onClose={() => setBegins(false)} />}
    </>
  );
}

function Begin({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("laboratory");
  const named = useNamed();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const say = useProblemText();
  const key = useIdempotencyKey();
  const effective = useEffectivePolicies();
  const [from, setFrom] = useState<string>();
  const list = useQuery(getQuery("/api/v1/policies", { params: { query: { limit: 200 } } }));
  const chosen = from ?? effective[0]?.policy_version_id ?? "";
  const begin = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/policy-drafts", {
          params: { header: key.header },
          body: chosen ? { policy_version_id: chosen } : { document: t("begin.policy") },
        }),
      ),
    onSuccess: (made) => {
      key.renew();
      void invalidate("/api/v1/policy-drafts");
      navigate(`/district/laboratory/drafts/${made.id}`);
    },
    onError: (error) => message.error(say.whole(error)),
  });
  return (
    <Modal open title={t("newDraft")} okText={t("newDraft")} confirmLoading={begin.isPending} onOk={() => begin.mutate()} onCancel={onClose}>
      <label htmlFor="draft-from">{t("newDraftFrom")}</label>
      <Select
        id="draft-from"
        style={{ width: "100%", marginTop: 6 }}
        value={chosen}
        showSearch={{ optionFilterProp: "label" }}
        onChange={setFrom}
        options={[
          ...(list.data?.items ?? []).map((one) => ({ value: one.id, label: `${named(one.title_zh, one.title_en)} ${one.version}` })),
          { value: "", label: t("blank") },
        ]}
      />
    </Modal>
  );
}
