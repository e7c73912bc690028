import { useQuery } from "@tanstack/react-query";
import { Steps } from "antd";
import { useEffect } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { getQuery } from "@/api/query";
import { usePhone } from "@/app/theme";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useAddress } from "@/ui/useAddress";
import { CheckStep } from "./CheckStep";
import { Done } from "./Done";
import { type Session, useDraft } from "./draft";
import { SessionStep } from "./SessionStep";
import { WhoStep } from "./WhoStep";

const STEPS = ["session", "who", "check"] as const;
type Step = (typeof STEPS)[number];

/** Which session, who, check and send. The address names session and step, so that back leads one step back. */
export function Component() {
  const { t } = useTranslation("teacher");
  const phone = usePhone();
  const navigate = useNavigate();
  const [address] = useAddress("session", "step", "class");
  const { draft, change, reset } = useDraft();
  // A link from elsewhere names another session than the one that was under way.
  const wanted = address.session && address.session !== draft.session?.id ? address.session : undefined;
  const { data, error, refetch } = useQuery({
    ...getQuery("/api/v1/sessions/{id}", { params: { path: { id: wanted ?? "" } } }),
    enabled: wanted !== undefined,
  });
  useEffect(() => {
    if (data && data.id === wanted) reset({ session: data, ...(address.class && { classId: address.class }) });
  }, [data, wanted, address.class, reset]);

  const step: Step = !draft.session ? "session" : (STEPS.find((one) => one === address.step) ?? (address.session ? "who" : "session"));
  const go = (next: Step, session: Session | undefined = draft.session) => {
    const params = new URLSearchParams();
    if (session && next !== "session") params.set("session", session.id);
    if (next !== "session") params.set("step", next);
    void navigate(`/teacher/record?${params}`);
    scrollTo({ top: 0 });
  };
  const choose = (session: Session) => {
    if (session.id === draft.session?.id && !draft.sent) change({ session });
    else reset({ session, ...(draft.classId && { classId: draft.classId }), way: draft.way });
    go("who", session);
  };

  if (wanted !== undefined)
    return (
      <>
        <PageTitle>{t("record.title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
        {!error && <PageSkeleton />}
      </>
    );

  if (draft.sent && draft.session && step !== "session")
    return (
      <Done
        session={draft.session}
        sent={draft.sent}
        change={change}
        onAgain={() => {
          change({ ticked: {}, text: "", chosen: {}, dropped: [], own: {} });
          reset({ session: draft.session as Session, way: draft.way });
          go("who");
        }}
        onCorrect={() => {
          const { sent: _, ...rest } = draft;
          reset(rest);
          go("who");
        }}
        onOther={() => {
          reset();
          go("session");
        }}
      />
    );

  return (
    <div style={{ maxWidth: 1180 }}>
      <PageTitle lead={phone ? undefined : t("record.lead")}>{t("record.title")}</PageTitle>
      <Steps
        className="kepu-no-print"
        size="small"
        responsive={false}
        current={STEPS.indexOf(step)}
        onChange={(at) => {
          const next = STEPS[at];
          if (next && (next === "session" || draft.session)) go(next);
        }}
        style={{ marginBottom: 20 }}
        items={STEPS.map((one) => ({
          key: one,
          title: phone && one !== step ? "" : t(`record.step.${one}`),
          disabled: one !== "session" && !draft.session,
        }))}
      />
      {step === "session" && <SessionStep draft={draft} onChoose={choose} />}
      {step === "who" && draft.session && (
        <WhoStep draft={draft} session={draft.session} change={change} onNext={() => go("check")} onSession={() => go("session")} />
      )}
      {step === "check" && draft.session && (
        <CheckStep draft={draft} session={draft.session} change={change} onBack={() => go("who")} />
      )}
    </div>
  );
}
