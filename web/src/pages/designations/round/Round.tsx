import { useQuery } from "@tanstack/react-query";
import { App, Button, Form, Input, Tabs } from "antd";
import { lazy, Suspense, useState } from "react";
import { useParams } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { FormModal } from "@/pages/district/FormModal";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { today } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import { useRequired } from "../scheme/useRequired";
import { type Round, useDay, useRuns } from "../words";
import { Applications } from "./Applications";
import { Ranking } from "./Ranking";
import { Reviewers } from "./Reviewers";

const ChangeRound = lazy(() => import("./ChangeRound"));

/** A round, for those who run it and those who look on. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("designations");
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/rounds/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton rows={8} />;
  if (!data)
    return (
      <>
        <PageTitle>{t("round.one")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  return <One key={data.id} round={data} />;
}

function One({ round }: { round: Round }) {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const day = useDay();
  const runs = useRuns()(round.authority_id);
  const required = useRequired();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [{ tab }, set] = useAddress("tab");
  const [closing, setClosing] = useState(false);
  const [changing, setChanging] = useState<"days" | "round">();
  const now = today();
  const open = round.closes_on >= now;
  const scheme = named(round.scheme_name_zh, round.scheme_name_en);
  // Closed on its first day, it ends before it begins.
  const early = round.closes_on < round.opens_on;
  const lead = early ? "round.leadEarly" : round.opens_on > now ? "round.leadToCome" : open ? "round.leadOpen" : "round.leadClosed";
  return (
    <>
      <PageTitle
        lead={t(lead, { scheme, from: day(round.opens_on), to: day(round.closes_on) })}
        actions={
          runs && (
            <>
              {open && <Button onClick={() => setClosing(true)}>{t("round.closeEarly")}</Button>}
              <Button onClick={() => setChanging("days")}>{t("round.extend")}</Button>
              <Button onClick={() => setChanging("round")}>{t("round.change")}</Button>
            </>
          )
        }
      >
        {named(round.name_zh, round.name_en)}
      </PageTitle>
      <Tabs
        activeKey={tab ?? "applications"}
        onChange={(key) => set({ tab: key === "applications" ? undefined : key })}
        destroyOnHidden
        items={[
          { key: "applications", label: t("round.tab.applications"), children: <Applications round={round} /> },
          { key: "ranking", label: t("round.tab.ranking"), children: <Ranking round={round} runs={runs} /> },
          { key: "reviewers", label: t("round.tab.reviewers"), children: <Reviewers round={round} runs={runs} /> },
        ]}
      />
      <Suspense>{changing && <ChangeRound round={round} what={changing} onClose={() => setChanging(undefined)} />}</Suspense>
      {closing && (
        <FormModal<{ reason: string }, Round>
          title={t("round.closeEarly")}
          okText={t("round.closeEarly")}
          lead={t("round.closeLead")}
          initial={{}}
          onClose={() => setClosing(false)}
          onDone={() => {
            message.success(t("saved"));
            void invalidate("/api/v1/rounds");
            setClosing(false);
          }}
          send={({ reason }) =>
            call(api.POST("/api/v1/rounds/{id}/close", { params: { path: { id: round.id }, header: ifMatch(round.version) }, body: { reason } }))
          }
        >
          <Form.Item name="reason" label={t("reason")} rules={required}>
            <Input maxLength={400} />
          </Form.Item>
        </FormModal>
      )}
    </>
  );
}
