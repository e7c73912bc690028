import { PrinterOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented, Tag, Tooltip } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useLanguage } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useSaveFile } from "@/ui/saveFile";
import { Lines } from "@/ui/score/Lines";
import { usePolicy } from "@/ui/score/policy";
import { useAddress } from "@/ui/useAddress";
import { ChildSwitch, useWhose } from "./whose";

const History = lazy(async () => ({ default: (await import("@/ui/score/History")).History }));
const Ledger = lazy(async () => ({ default: (await import("@/ui/score/Ledger")).Ledger }));
const Policy = lazy(() => import("./Policy"));

const VIEWS = ["sheet", "history", "ledger", "policy"] as const;

/** Why the credits are what they are: line by line, in time, as booked, and by which rules. */
export function Component() {
  const { t } = useTranslation("student");
  const { t: common } = useTranslation();
  const { lang } = useLanguage();
  const whose = useWhose();
  const id = whose.person?.id ?? "";
  const [address, setAddress] = useAddress("view");
  const { busy, save } = useSaveFile();
  const view = VIEWS.find((one) => one === address.view) ?? "sheet";
  const policy = usePolicy({ person: id });
  const score = useQuery({
    ...getQuery("/api/v1/persons/{id}/score", { params: { path: { id }, query: { ...policy.query, lang } } }),
    enabled: policy.ready,
  });
  if (!whose.person) return <EmptyState title={t("nobody")} lead={t("nobodyLead")} />;
  return (
    <div style={{ maxWidth: 1080 }}>
      <ChildSwitch whose={whose} />
      <PageTitle
        before={score.data?.policy.illustrative && <Tag color="warning">{common("score.illustrative")}</Tag>}
        lead={score.data && t("credits.lead", { name: whose.person.name, total: score.data.total })}
        actions={
          <>
            {policy.choice}
            <Tooltip title={t("credits.proofLead")}>
              <Button icon={<SafetyCertificateOutlined />} loading={busy} onClick={() => save(`/api/v1/persons/${id}/ledger/proof`, "credit-proofs")}>
                {t("credits.proof")}
              </Button>
            </Tooltip>
            <Button icon={<PrinterOutlined />} onClick={() => print()}>
              {common("action.print")}
            </Button>
          </>
        }
      >
        {t("credits.title")}
      </PageTitle>
      <Segmented
        className="kepu-no-print kepu-view"
        aria-label={t("credits.view")}
        value={view}
        onChange={(next) => setAddress({ view: next === "sheet" ? undefined : next })}
        options={VIEWS.map((one) => ({ value: one, label: t(`credits.${one}`) }))}
      />
      <ProblemAlert error={score.error} retry={score.refetch} />
      {score.isPending && <PageSkeleton rows={10} />}
      {score.data && (
        <Suspense fallback={<PageSkeleton />}>
          {view === "sheet" && <Lines lines={score.data.lines} empty={t("credits.empty")} asks={id} />}
          {view === "history" && <History person={id} lines={score.data.lines} asks />}
          {view === "ledger" && <Ledger person={id} lines={score.data.lines} />}
          {view === "policy" && <Policy id={score.data.policy.policy_version_id} />}
        </Suspense>
      )}
    </div>
  );
}
