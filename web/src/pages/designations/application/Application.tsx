import { useQuery } from "@tanstack/react-query";
import { Button, Card } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link, useParams } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { Answers } from "../Answers";
import { type Application, type Round, useHolder, useRuns } from "../words";
import { Fill } from "./Fill";
import { Timeline } from "./Timeline";

const Authority = lazy(() => import("./Authority"));
const Review = lazy(() => import("./Review"));
const Words = lazy(() => import("./Words"));

const WITHDRAWN = ["draft", "submitted", "returned", "under_review"];

/** One application, as it looks from the seat of who reads it. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("designations");
  const application = useQuery(getQuery("/api/v1/applications/{id}", { params: { path: { id } } }));
  const round = useQuery({
    ...getQuery("/api/v1/rounds/{id}", { params: { path: { id: application.data?.round_id ?? "" } } }),
    enabled: application.data !== undefined,
  });
  if (application.data && round.data) return <One key={application.data.id} application={application.data} round={round.data} />;
  const error = application.error ?? round.error;
  if (!error) return <PageSkeleton rows={10} />;
  return (
    <>
      <PageTitle>{t("application.one")}</PageTitle>
      <ProblemAlert error={error} retry={application.refetch} />
    </>
  );
}

function One({ application, round }: { application: Application; round: Round }) {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const phone = usePhone();
  const holder = useHolder();
  const runs = useRuns()(round.authority_id);
  const invalidate = useInvalidate();
  const [asked, setAsked] = useState<"withdraw" | "appeal">();
  const { seat, state } = application;
  const applies = seat === "applicant";
  const fills = applies && (state === "draft" || state === "returned");
  const send = (words: string) => {
    const params = { path: { id: application.id }, header: ifMatch(application.version) };
    return asked === "appeal"
      ? call(api.POST("/api/v1/applications/{id}/appeal", { params, body: { grounds: words } }))
      : call(api.POST("/api/v1/applications/{id}/withdraw", { params, body: { reason: words } }));
  };
  return (
    <>
      <PageTitle
        before={
          <Link to={seat === "authority" ? `/rounds/${round.id}` : seat === "reviewer" ? "/to-review" : "/applications"}>
            {seat === "authority" ? named(round.name_zh, round.name_en) : t(seat === "reviewer" ? "toReview.title" : "mine.title")}
          </Link>
        }
        lead={`${named(round.scheme_name_zh, round.scheme_name_en)} ${named(round.name_zh, round.name_en)}`}
        actions={
          applies && (
            <>
              {application.next?.step === "appeal" && (
                <Button type="primary" onClick={() => setAsked("appeal")}>
                  {t("appeal.action")}
                </Button>
              )}
              {WITHDRAWN.includes(state) && <Button onClick={() => setAsked("withdraw")}>{t("withdraw.action")}</Button>}
            </>
          )
        }
      >
        {holder(application)}
      </PageTitle>
      <div style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 340px), 1fr))", alignItems: "start" }}>
        <div style={{ display: "grid", gap: 16, gridColumn: "span 1" }}>
          {fills ? (
            <Fill application={application} round={round} />
          ) : (
            <Card title={<h2 style={{ fontSize: 17, margin: 0 }}>{t("application.answers")}</h2>}>
              <Answers application={application} fields={round.rules.form.fields} />
            </Card>
          )}
        </div>
        {/* Where it stands is what one opens it for; on a phone that comes first, unless it is to be filled in. */}
        <div style={{ display: "grid", gap: 16, order: phone && !fills && seat !== "reviewer" ? -1 : 0 }}>
          {applies && <Timeline application={application} />}
          <Suspense>
            {seat === "authority" && <Authority application={application} round={round} runs={runs} />}
            {(seat === "reviewer" || (seat === "authority" && state === "under_review")) && (round.rules.criteria ?? []).length > 0 && (
              <Review application={application} round={round} />
            )}
            {seat === "authority" && <Timeline application={application} />}
            {asked && (
              <Words
                title={t(`${asked}.title`)}
                action={t(`${asked}.action`)}
                lead={t(`${asked}.lead`)}
                label={t(asked === "appeal" ? "appeal.grounds" : "reason")}
                field={asked === "appeal" ? "grounds" : "reason"}
                optional={asked === "withdraw"}
                danger={asked === "withdraw"}
                send={send}
                onClose={() => setAsked(undefined)}
                onDone={() => {
                  setAsked(undefined);
                  void invalidate("/api/v1/applications", "/api/v1/rounds");
                }}
              />
            )}
          </Suspense>
        </div>
      </div>
    </>
  );
}
