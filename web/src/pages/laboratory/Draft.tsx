import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Input, Segmented } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { lazy, Suspense, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { useAccess } from "@/pages/district/access";
import { AccountName, useSettled } from "@/pages/district/pick";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { draftState } from "./draftState";
import { Findings } from "./Findings";
import { FormSide } from "./FormSide";
import { StartTrial } from "./StartTrial";
import { LabState } from "./states";
import { StepForm, type StepName } from "./StepForm";

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

function Editor({ draft }: { draft: Schemas["DraftDetail"] }) {
  const { t } = useTranslation("laboratory");
  const { lang } = useLanguage();
  const named = useNamed();
  const me = useMe();
  const { official } = useAccess();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const area = useRef<TextAreaRef>(null);
  const [text, setText] = useState(draft.document);
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
  const goTo = (line: number) => {
    setSide("document");
    // Once the text is there.
    setTimeout(() => {
      const field = area.current?.resizableTextArea?.textArea;
      if (!field) return;
      const lines = shown.split("\n");
      const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      field.focus();
      field.setSelectionRange(at, at + (lines[line - 1]?.length ?? 0));
      field.scrollTop = Math.max(0, (line - 5) * (field.scrollHeight / Math.max(1, lines.length)));
    }, 50);
  };
  const ownSubmission = draft.submitted?.by === me.account_id;
  const failed = draftState(draft) === "notEffective";
  const begun = Boolean(draft.adoption_id) && !failed;
  const steps = STEPS[draft.state].filter(
    (one) => !(ownSubmission && (one === "approve" || one === "reject")) && !(one === "withdraw" && begun) && (one !== "retry" || failed),
  );
  const bad = new Set(check.data?.problems.map((problem) => problem.line));
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
      <div style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(auto-fit, minmax(min(440px, 100%), 1fr))", alignItems: "start" }}>
        <Card>
          <Flex justify="space-between" align="center" wrap gap={8} style={{ marginBottom: 10 }}>
            <Segmented
              aria-label={t("draft.document")}
              value={side}
              onChange={setSide}
              options={[
                { value: "form", label: t("draft.form") },
                { value: "document", label: t("draft.document") },
              ]}
            />
          </Flex>
          <Muted block style={{ margin: "0 0 10px", fontSize: 14 }}>
            {writes || draft.state === "draft" ? t("draft.documentLead") : t(draft.state === "published" || draft.state === "withdrawn" ? "draft.closed" : "draft.readOnly")}
          </Muted>
          {side === "form" ? (
            <FormSide text={shown} onChange={setText} disabled={!writes} />
          ) : (
            <Input.TextArea
              aria-label={t("draft.document")}
              ref={area}
              value={shown}
              readOnly={!writes}
              onChange={(event) => setText(event.target.value)}
              rows={28}
              spellCheck={false}
              style={{ fontFamily: "monospace", fontSize: 13, whiteSpace: "pre", overflowX: "auto" }}
            />
          )}
        </Card>
        <Findings check={check.data} pending={check.isFetching || settled !== shown} lines={bad} onLine={goTo} />
      </div>
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
