import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Descriptions, Segmented, Select, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate, useParams } from "react-router";
import { api, call } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { download } from "@/ui/csv";
import { DateTime } from "@/ui/DateTime";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { useAccess } from "../access";
import { useEffectivePolicies } from "../pick";
import { PrintButton } from "../reports/Frame";
import { EndForm, Ending } from "./Ending";
import { Sentences } from "./Sentences";

const StartTrial = lazy(async () => ({ default: (await import("@/pages/laboratory/StartTrial")).StartTrial }));

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("district");
  const named = useNamed();
  const { lang } = useLanguage();
  const navigate = useNavigate();
  const { modal, message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { official, manages } = useAccess();
  const effective = useEffectivePolicies();
  const [tries, setTries] = useState(false);
  const [ends, setEnds] = useState(false);
  const [view, setView] = useState<"zh" | "en" | "document">(lang);
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/policies/{id}", { params: { path: { id } } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const others = useQuery(getQuery("/api/v1/policies", { params: { query: { limit: 200 } } }));
  const adopt = useMutation({
    mutationFn: () => call(api.POST("/api/v1/adoptions", { params: { header: key.header }, body: { policy_version_id: id } })),
    onSuccess: (made) => {
      key.renew();
      void invalidate("/api/v1/adoptions");
      navigate(`/district/policies/adoptions/${made.id}`);
    },
    onError: (wrong) => message.error(say.whole(wrong)),
  });
  if (isPending) return <PageSkeleton rows={12} />;
  if (!data)
    return (
      <>
        <PageTitle>{t("policy.title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  const adoption = effective.find((one) => one.policy_version_id === id);
  const inForce = adoption !== undefined;
  const sure = () =>
    modal.confirm({
      title: t("adoption.sure"),
      content: t("adoption.sureLead"),
      okText: t("adoption.start"),
      onOk: () => adopt.mutateAsync().catch(() => undefined),
    });
  return (
    <>
      <PageTitle
        before={
          <>
            {inForce && <Tag color="success">{t("policies.effective")}</Tag>}
            {data.illustrative && <Tag color="warning">{t("about.illustrative")}</Tag>}
          </>
        }
        actions={
          <>
            <PrintButton />
            <Button onClick={() => download(`${data.policy_id}-${data.version}.yaml`, new Blob([data.document], { type: "application/yaml" }))}>
              {t("policy.download")}
            </Button>
            {manages && <Button onClick={() => navigate(`/district/policies/new?from=${id}`)}>{t("policy.newVersion")}</Button>}
            {official && <Button onClick={() => setTries(true)}>{t("policy.try")}</Button>}
            {official && adoption && !adoption.ending && (
              <Button danger onClick={() => setEnds(true)}>
                {t("ending.title")}
              </Button>
            )}
            {official && !inForce && (
              <Button type="primary" loading={adopt.isPending} onClick={sure}>
                {t("adoption.open")}
              </Button>
            )}
          </>
        }
      >
        {named(data.title_zh, data.title_en)}
      </PageTitle>
      {data.illustrative && <Alert type="warning" showIcon title={t("about.illustrativeLong")} style={{ marginBottom: 12 }} />}
      {adoption && <Ending adoption={adoption} official={official} />}
      {ends && adoption && <EndForm adoption={adoption} onClose={() => setEnds(false)} />}
      <Descriptions
        size="small"
        column={{ xs: 1, md: 3 }}
        style={{ marginBottom: 12 }}
        items={[
          { key: "version", label: t("policies.version"), children: `${data.policy_id} ${data.version}` },
          { key: "published", label: t("policies.published"), children: <DateTime value={data.published_at} /> },
          { key: "digest", label: t("policies.digest"), children: <code title={data.digest}>{data.digest.slice(0, 16)}</code> },
        ]}
      />
      <div className="kepu-no-print" style={{ display: "flex", flexWrap: "wrap", gap: 12, marginBottom: 12 }}>
        <Segmented
          aria-label={t("policy.view")}
          value={view}
          onChange={setView}
          options={[
            { value: "zh", label: t("policy.zh") },
            { value: "en", label: t("policy.en") },
            { value: "document", label: t("policy.document") },
          ]}
        />
        <Select
          aria-label={t("policy.compareWith")}
          placeholder={t("policy.compareWith")}
          value={null}
          style={{ minWidth: 240 }}
          popupMatchSelectWidth={false}
          showSearch={{ optionFilterProp: "label" }}
          options={(others.data?.items ?? [])
            .filter((one) => one.id !== id)
            .toSorted((a, b) => Number(b.policy_id === data.policy_id) - Number(a.policy_id === data.policy_id))
            .map((one) => ({ value: one.id, label: `${named(one.title_zh, one.title_en)} ${one.version}` }))}
          onChange={(other: string | null) => other && navigate(`/district/policies/compare?a=${other}&b=${id}`)}
        />
      </div>
      {tries && (
        <Suspense fallback={null}>
          <StartTrial version={id} onClose={() => setTries(false)} />
        </Suspense>
      )}
      <Card>
        {view === "document" ? (
          <pre
            // Scrolled by keyboard too.
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            tabIndex={0}
            style={{ margin: 0, overflow: "auto", fontSize: 13, lineHeight: 1.6 }}
          >
            {data.document}
          </pre>
        ) : (
          <div lang={view === "zh" ? "zh-CN" : "en"}>
            <Sentences lines={view === "zh" ? data.sentences_zh : data.sentences_en} />
          </div>
        )}
      </Card>
    </>
  );
}
