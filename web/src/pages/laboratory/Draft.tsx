import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Segmented } from "antd";
import { lazy, Suspense, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useMedia } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { useAccess } from "@/pages/district/access";
import { AccountName, useSettled } from "@/pages/district/pick";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { draftState } from "./draftState";
import { InWords, Problems, Soundness } from "./Findings";
import { FormSide } from "./FormSide";
import { StartTrial } from "./StartTrial";
import { LabState } from "./states";
import { StepForm, type StepName } from "./StepForm";
import { type TextHandle, TextSide } from "./TextSide";

const TryOne = lazy(() => import("./TryOne"));

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("laboratory");
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/policy-drafts/{id}", { params: { path: { id } } }),
    // While the day's booking runs.
    refetchInterval: ({ state }) => (state.data?.adoption_id && !["effective", "failed", "discarded"].includes(state.data.adoption_state ?? "") ? 1500 : false),
  });
  if (isPending) return <PageSkeleton rows={12} />;
  if (!data)
    return (
      <>
        <PageTitle>{t("draft.title")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  return <Editor key={data.id} draft={data} />;
}

/** The steps that may be taken in each state; who submitted does not decide. */
const STEPS: Record<Schemas["DraftState"], StepName[]> = {
  draft: ["submit", "withdraw"],
  submitted: ["approve", "reject", "take-back", "withdraw"],
  approved: ["publish", "take-back", "withdraw"],
  rejected: ["withdraw"],
  published: ["retry", "withdraw"],
  withdrawn: [],
};

/** What it holds takes the height that is left. */
const COLUMN = { flex: "1 1 56%", minHeight: 0, display: "flex", flexDirection: "column" } as const;

function Editor({ draft }: { draft: Schemas["DraftDetail"] }) {
  const { t } = useTranslation("laboratory");
  const { lang } = useLanguage();
  const named = useNamed();
  const me = useMe();
  const { official } = useAccess();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const area = useRef<TextHandle>(null);
  const wide = useMedia("(min-width: 1100px)");
  const [text, setText] = useState(draft.document);
  // What stood before each change by the form.
  const [past, setPast] = useState<string[]>([]);
  const [side, setSide] = useState<"form" | "document">("form");
  const [step, setStep] = useState<StepName>();
  const [tries, setTries] = useState<"district" | "one">();
  const writes = official && (draft.state === "draft" || draft.state === "rejected");
  const shown = writes ? text : draft.document;
  const dirty = writes && text !== draft.document;
  const settled = useSettled(shown, 600);
  const check = useQuery({
    queryKey: ["check", lang, settled],
    queryFn: () => call(api.POST("/api/v1/policies/check", { params: { query: { lang } }, body: { document: settled } })),
    enabled: official && settled.trim() !== "",
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const save = useMutation({
    mutationFn: () =>
      call(
        api.PATCH("/api/v1/policy-drafts/{id}", {
          params: { path: { id: draft.id }, header: ifMatch(draft.version) },
          body: { document: text },
        }),
      ),
    onSuccess: () => {
      message.success(t("draft.saved"));
      return invalidate("/api/v1/policy-drafts");
    },
  });
  const goTo = (line: number, column: number) => {
    setSide("document");
    // Once the text is there.
    setTimeout(() => area.current?.goTo(line, column), 50);
  };
  const byForm = (next: string) => {
    setPast((before) => [...before.slice(-99), text]);
    setText(next);
    area.current?.show(firstOther(text, next));
  };
  const undo = () => {
    setText(past.at(-1) ?? text);
    setPast((before) => before.slice(0, -1));
  };
  const typed = (next: string) => {
    setPast([]);
    setText(next);
  };
  const ownSubmission = draft.submitted?.by === me.account_id;
  const failed = draftState(draft) === "notEffective";
  const begun = Boolean(draft.adoption_id) && !failed;
  const steps = STEPS[draft.state].filter(
    (one) => !(ownSubmission && (one === "approve" || one === "reject")) && !(one === "withdraw" && begun) && (one !== "retry" || failed),
  );
  const wrong = new Map(check.data?.problems.toReversed().map((problem) => [problem.line, `${problem.path} ${problem.message}`.trim()]));
  const pending = check.isFetching || settled !== shown;
  const lead = (
    <Muted block style={{ margin: "0 0 10px", fontSize: 14 }}>
      {writes || draft.state === "draft" ? t("draft.documentLead") : t(draft.state === "published" || draft.state === "withdrawn" ? "draft.closed" : "draft.readOnly")}
    </Muted>
  );
  const form = <FormSide text={shown} onChange={byForm} undo={past.length > 0 ? undo : undefined} disabled={!writes} />;
  const document = <TextSide ref={area} text={shown} onChange={typed} readOnly={!writes} wrong={wrong} height={wide ? "100%" : "560px"} />;
  const problems = <Problems check={check.data} pending={pending} onPlace={goTo} />;
  const inWords = <InWords check={check.data} pending={pending} style={wide ? { flex: "1 1 42%", minHeight: 0, overflowY: "auto" } : {}} />;
  const soundness = <Soundness check={check.data} pending={pending} />;
  return (
    <>
      <PageTitle
        before={<LabState state={draftState(draft)} />}
        lead={draft.policy_id && `${draft.policy_id} ${draft.policy_version}`}
        actions={
          official && (
            <>
              {writes && (
                <Button type={dirty ? "primary" : "default"} disabled={!dirty} loading={save.isPending} onClick={() => save.mutate()}>
                  {t("draft.save")}
                </Button>
              )}
              <Button onClick={() => setTries("one")} disabled={!check.data || check.data.problems.length > 0}>
                {t("one.open")}
              </Button>
              <Button onClick={() => setTries("district")} disabled={!check.data || check.data.problems.length > 0}>
                {t("start.open")}
              </Button>
              {steps.map((one) => (
                <Button
                  key={one}
                  danger={one === "reject"}
                  type={!dirty && (one === "submit" || one === "approve" || one === "publish" || one === "retry") ? "primary" : "default"}
                  disabled={dirty || (one === "submit" && !check.data?.ok)}
                  onClick={() => setStep(one)}
                >
                  {t(`step.${one}`)}
                </Button>
              ))}
            </>
          )
        }
      >
        {named(draft.title_zh, draft.title_en) || t("draft.title")}
      </PageTitle>
      <ProblemAlert error={save.error ?? check.error} />
      <Standing draft={draft} own={ownSubmission} />
      {failed && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={t(draft.adoption_state === "failed" ? "draft.failed" : "draft.discarded")}
          description={draft.adoption_error && t("draft.failedReason", { reason: draft.adoption_error })}
        />
      )}
      {dirty && <p role="status">{t("draft.unsaved")}</p>}
      {wide ? (
        <div style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(2, minmax(0, 1fr))", alignItems: "start" }}>
          <Flex vertical gap={16}>
            <Card size="small" title={<SideTitle>{t("draft.form")}</SideTitle>}>
              {lead}
              {form}
            </Card>
            {soundness}
          </Flex>
          {/* Text, what is wrong with it and what it says stay in view beside a form of any length. */}
          <Flex vertical gap={12} style={{ position: "sticky", top: 72, height: "max(520px, calc(100vh - 88px))" }}>
            <Card size="small" title={<SideTitle>{t("draft.document")}</SideTitle>} style={COLUMN} styles={{ body: COLUMN }}>
              {document}
            </Card>
            <div style={{ flex: "none", maxHeight: "40%", overflowY: "auto" }}>{problems}</div>
            {inWords}
          </Flex>
        </div>
      ) : (
        <Flex vertical gap={16}>
          <Card>
            <Segmented
              style={{ marginBottom: 10 }}
              aria-label={t("draft.document")}
              value={side}
              onChange={setSide}
              options={[
                { value: "form", label: t("draft.form") },
                { value: "document", label: t("draft.document") },
              ]}
            />
            {lead}
            {side === "form" ? form : document}
          </Card>
          {problems}
          {inWords}
          {soundness}
        </Flex>
      )}
      {step && <StepForm step={step} draft={draft} onClose={() => setStep(undefined)} />}
      {tries === "district" && <StartTrial draft={draft.id} saved={!dirty} onClose={() => setTries(undefined)} />}
      {tries === "one" && (
        <Suspense fallback={null}>
          <TryOne document={shown} onClose={() => setTries(undefined)} />
        </Suspense>
      )}
    </>
  );
}

/** The first line, from 1, in which two texts differ. */
function firstOther(before: string, after: string): number {
  const lines = after.split("\n");
  const at = before.split("\n").findIndex((line, index) => line !== lines[index]);
  return at < 0 ? lines.length : at + 1;
}

function SideTitle({ children }: { children: string }) {
  return <h2 style={{ margin: 0, fontSize: 16 }}>{children}</h2>;
}

/** Who submitted and decided, what they said, and from when it counts. */
function Standing({ draft, own }: { draft: Schemas["DraftDetail"]; own: boolean }) {
  const { t } = useTranslation("laboratory");
  const parts = [
    draft.submitted && (
      <span key="submitted">
        {t("draft.submittedBy", { name: "" })}
        <AccountName id={draft.submitted.by} /> {draft.submitted.note && t("draft.note", { note: draft.submitted.note })}
      </span>
    ),
    draft.decided && (
      <span key="decided">
        {t("draft.decidedBy", { name: "" })}
        <AccountName id={draft.decided.by} /> {draft.decided.note && t("draft.note", { note: draft.decided.note })}
      </span>
    ),
    draft.withdrawn && <span key="withdrawn">{t("draft.note", { note: draft.withdrawn.note })}</span>,
    draft.effective_on && <span key="day">{t("draft.effective", { day: draft.effective_on })}</span>,
    draft.adoption_id && (
      <Link key="adoption" to={`/district/policies/adoptions/${draft.adoption_id}`}>
        {t("draft.adoption")}
      </Link>
    ),
    draft.policy_version_id && (
      <Link key="version" to={`/district/policies/${draft.policy_version_id}`}>
        {t("draft.version")}
      </Link>
    ),
    draft.state === "submitted" && <strong key="waits">{t(own ? "draft.second" : "draft.waits")}</strong>,
  ].filter(Boolean);
  if (parts.length === 0) return null;
  return (
    <Alert
      type={draft.state === "rejected" ? "warning" : "info"}
      showIcon
      style={{ marginBottom: 16 }}
      title={
        <Flex gap={16} wrap>
          {parts}
        </Flex>
      }
    />
  );
}
