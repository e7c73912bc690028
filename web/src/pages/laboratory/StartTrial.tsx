import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Modal, Select } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { ProblemAlert } from "@/ui/ProblemAlert";

/** Begins a trial of a draft or a version on the whole district. */
export function StartTrial({ draft, version, saved = true, onClose }: { draft?: string; version?: string; saved?: boolean; onClose: () => void }) {
  const { t } = useTranslation("laboratory");
  const { lang } = useLanguage();
  const named = useNamed();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const [against, setAgainst] = useState("");
  const list = useQuery(getQuery("/api/v1/policies", { params: { query: { limit: 200 } } }));
  const start = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/policy-trials", {
          params: { query: { lang }, header: key.header },
          body: { ...(draft && { draft_id: draft }), ...(version && { policy_version_id: version }), ...(against && { against }) },
        }),
      ),
    onSuccess: (trial) => {
      key.renew();
      void invalidate("/api/v1/policy-trials");
      navigate(`/district/laboratory/trials/${trial.id}`);
    },
  });
  return (
    <Modal
      open
      title={t("start.title")}
      okText={t("start.go")}
      okButtonProps={{ disabled: !saved }}
      confirmLoading={start.isPending}
      onOk={() => start.mutate()}
      onCancel={onClose}
    >
      <p>{t("start.lead")}</p>
      {!saved && <Alert type="warning" showIcon title={t("start.saveFirst")} style={{ marginBottom: 12 }} />}
      <ProblemAlert error={start.error} />
      <label htmlFor="trial-against">{t("start.against")}</label>
      <Select
        id="trial-against"
        style={{ width: "100%", marginTop: 6 }}
        value={against}
        onChange={setAgainst}
        showSearch={{ optionFilterProp: "label" }}
        options={[
          { value: "", label: t("start.current") },
          ...(list.data?.items ?? [])
            .filter((one) => one.id !== version)
            .map((one) => ({ value: one.id, label: `${named(one.title_zh, one.title_en)} ${one.version}` })),
        ]}
      />
    </Modal>
  );
}
