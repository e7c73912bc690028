import { DownloadOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Tag, Timeline } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link, useParams } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed, useText } from "@/i18n/useText";
import type { Host } from "@/pages/base/hosts";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useSaveFile } from "@/ui/saveFile";
import { formatTime } from "@/ui/time";
import { fileSize } from "@/ui/UploadArea";
import type { Step } from "./StepForm";
import { ProjectState, Standing } from "./Tags";
import { type Agreement, useArranges, useParties, useTerm } from "./words";

const AgreementForm = lazy(() => import("./AgreementForm"));
const StepForm = lazy(() => import("./StepForm"));
const AddText = lazy(() => import("./AddText"));
const End = lazy(() => import("./End"));
const ProjectForm = lazy(() => import("./ProjectForm"));

const HEADING = { fontSize: 18, margin: "24px 0 12px" };

/** What each party may do next. The service decides; this only offers what makes sense. */
function stepsOf(row: Agreement, own: Host[], arranges: boolean) {
  const is = (id: string) => own.filter((one) => one.id === id);
  const mine = row.parties.flatMap((party) => is(party.organization_id));
  const proposer = is(row.parties[0]?.organization_id ?? "");
  // Who proposed it has signed by that; who was brought to it by an official has not.
  const signers = row.parties.flatMap((party) => (party.signature ? [] : is(party.organization_id)));
  const objectors = mine.filter((one) => one.id !== row.entered_for);
  const upholders = mine.filter((one) => one.id === row.by_organization_id);
  const steps: Step[] = [];
  if (row.standing === "draft" && proposer.length > 0) steps.push("offer", "withdraw");
  if (row.standing === "refused" && proposer.length > 0) steps.push("withdraw");
  if (row.standing === "offered") {
    if (signers.length > 0) steps.push("sign", "refuse");
    if (proposer.length > 0) steps.push("recall", "withdraw");
  }
  if (row.on_paper && ["in_force", "not_begun", "expired", "disputed"].includes(row.standing)) {
    if (row.standing === "disputed" && upholders.length > 0) steps.push("uphold");
    if (row.standing !== "disputed" && objectors.length > 0) steps.push("dispute");
    if (row.entered_for ? mine.some((one) => one.id === row.entered_for) : arranges) steps.push("strike");
  }
  return { steps, proposer, signers, mine, objectors, upholders };
}

/** One agreement: who signed what for how long, what is done under it, and how it came about. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("agreements");
  const phone = usePhone();
  const named = useNamed();
  const term = useTerm();
  const { language } = useLanguage();
  const own = useParties();
  const arranges = useArranges();
  const [open, setOpen] = useState<Step | "edit" | "text" | "end" | "renew" | "project">();
  const { data: row, error, isPending, refetch } = useQuery(getQuery("/api/v1/agreements/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton />;
  if (!row) return <ProblemAlert error={error} retry={refetch} />;
  const { steps, proposer, signers, mine, objectors, upholders } = stepsOf(row, own, arranges);
  const close = () => setOpen(undefined);
  const name = (party: string | null | undefined) => {
    const found = row.parties.find((one) => one.organization_id === party);
    return found ? named(found.name_zh, found.name_en) : "";
  };
  const editable = proposer.length > 0 && (row.standing === "draft" || row.standing === "refused");
  const signed = row.standing === "in_force" || row.standing === "not_begun";
  const unsigned = row.parties.filter((party) => !party.signature).map((party) => named(party.name_zh, party.name_en));
  const facts: [string, string][] = [
    [t("field.kind"), t(`kind.${row.kind}`)],
    [t("list.term"), term(row)],
    ...(row.source ? [[t("field.source"), row.source] as [string, string]] : []),
  ];
  return (
    <>
      <PageTitle
        lead={row.aims || undefined}
        actions={
          <>
            {editable && (
              <Button icon={<EditOutlined aria-hidden />} onClick={() => setOpen("edit")}>
                {t("form.edit")}
              </Button>
            )}
            {(signed || row.standing === "expired") && mine.length > 0 && <Button onClick={() => setOpen("renew")}>{t("step.renew")}</Button>}
            {signed && mine.length > 0 && (
              <Button danger onClick={() => setOpen("end")}>
                {t("step.end")}
              </Button>
            )}
            {steps.map((step) => (
              <Button
                key={step}
                type={step === "sign" || step === "offer" ? "primary" : "default"}
                danger={step === "refuse" || step === "withdraw" || step === "dispute" || step === "strike"}
                onClick={() => setOpen(step)}
              >
                {t(`step.${step}`)}
              </Button>
            ))}
          </>
        }
      >
        {named(row.title_zh, row.title_en)}
      </PageTitle>
      {row.standing === "refused" && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={t("page.refusedBy", { name: name(row.by_organization_id), reason: row.reason })}
          description={editable ? t("page.changeAgain") : undefined}
        />
      )}
      {row.on_paper && row.standing !== "disputed" && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 16 }}
          title={row.entered_for ? t("page.onPaper", { name: name(row.entered_for) }) : t("page.onPaperOfficial")}
          description={objectors.length > 0 ? t("page.mayDispute") : undefined}
        />
      )}
      {row.standing === "disputed" && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={t("page.disputed", { name: name(row.by_organization_id), reason: row.reason })}
          description={t("page.disputedHelp")}
        />
      )}
      {row.over_from && row.by_organization_id && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 16 }}
          title={t(row.standing === "ended" ? "page.endedBy" : "page.endsBy", {
            name: name(row.by_organization_id),
            day: formatTime(row.over_from, "date", language),
            reason: row.reason,
          })}
        />
      )}
      {row.standing === "withdrawn" && row.reason && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("page.withdrawn", { reason: row.reason })} />
      )}
      {row.standing === "offered" && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 16 }}
          title={
            signers.length > 0
              ? t("page.yours", { name: signers.map((one) => one.name).join(t("join")) })
              : t("page.waits", { names: unsigned.join(t("join")) })
          }
        />
      )}
      <Card size="small">
        <dl
          style={{
            display: "grid",
            gridTemplateColumns: phone ? "1fr 1fr" : "repeat(auto-fit, minmax(180px, 1fr))",
            gap: "10px 20px",
            margin: 0,
          }}
        >
          <div>
            <dt style={{ color: "var(--ant-color-text-secondary)", fontSize: 13 }}>{t("field.standing")}</dt>
            <dd style={{ margin: 0 }}>
              <Standing of={row.standing} />
            </dd>
          </div>
          {facts.map(([word, value]) => (
            <div key={word}>
              <dt style={{ color: "var(--ant-color-text-secondary)", fontSize: 13 }}>{word}</dt>
              <dd style={{ margin: 0, fontWeight: 600, overflowWrap: "anywhere" }}>{value}</dd>
            </div>
          ))}
        </dl>
        {row.predecessor_id && <Link to={`/agreements/${row.predecessor_id}`}>{t("page.predecessor")}</Link>}
        {row.successor_id && <Link to={`/agreements/${row.successor_id}`}>{t("page.successor")}</Link>}
      </Card>
      <h2 style={HEADING}>{t("page.parties")}</h2>
      <ul style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 8 }}>
        {row.parties.map((party, at) => (
          <li key={party.organization_id}>
            <Flex gap={8} wrap align="center">
              <strong>{named(party.name_zh, party.name_en)}</strong>
              <Muted>{t(`organization.${party.kind}`)}</Muted>
              {at === 0 && !row.on_paper && (row.standing !== "offered" || party.signature) && <Tag>{t("page.proposes")}</Tag>}
              <span>
                {party.signature ? (
                  t("page.signed", {
                    name: party.signature.name,
                    post: party.signature.post,
                    day: formatTime(party.signature.on ?? party.signature.at, "date", language),
                  })
                ) : (
                  <Muted>{t("page.unsigned")}</Muted>
                )}
              </span>
            </Flex>
          </li>
        ))}
      </ul>
      <History
        id={id}
        name={name}
        {...(editable && { onAdd: () => setOpen("text") })}
        projects={<Projects id={id} {...(signed && mine.length > 0 && { onNew: () => setOpen("project") })} />}
      />
      <Suspense>
        {open === "edit" && <AgreementForm own={proposer} agreement={row} onClose={close} />}
        {open === "renew" && <AgreementForm own={mine} renews={row} onClose={close} />}
        {open === "text" && <AddText id={id} party={proposer[0]?.id ?? ""} onClose={close} />}
        {open === "end" && <End row={row} parties={mine} onClose={close} />}
        {open === "project" && <ProjectForm agreement={row} parties={mine} onClose={close} />}
        {(open === "offer" || open === "recall" || open === "withdraw") && (
          <StepForm step={open} row={row} parties={proposer} onClose={close} />
        )}
        {open === "dispute" && <StepForm step={open} row={row} parties={objectors} onClose={close} />}
        {open === "uphold" && <StepForm step={open} row={row} parties={upholders} onClose={close} />}
        {open === "strike" && <StepForm step={open} row={row} parties={[]} onClose={close} />}
        {(open === "sign" || open === "refuse") && <StepForm step={open} row={row} parties={signers} onClose={close} />}
      </Suspense>
    </>
  );
}

function Projects({ id, onNew }: { id: string; onNew?: () => void }) {
  const { t } = useTranslation("agreements");
  const named = useNamed();
  const { data, error, refetch } = useQuery(getQuery("/api/v1/agreements/{id}/projects", { params: { path: { id } } }));
  return (
    <>
      <h2 style={HEADING}>{t("page.projects")}</h2>
      {error && <ProblemAlert error={error} retry={refetch} />}
      {data?.items.length === 0 && <Muted block>{t("page.noProjects")}</Muted>}
      <ul style={{ listStyle: "none", padding: 0, margin: "0 0 12px", display: "grid", gap: 8 }}>
        {data?.items.map((project) => (
          <li key={project.id}>
            <Flex gap={8} wrap align="center">
              <Link to={`/projects/${project.id}`} style={{ textDecoration: "underline" }}>{named(project.title_zh, project.title_en)}</Link>
              <ProjectState of={project.state} />
              <Muted>
                {named(project.owner_name_zh, project.owner_name_en)} · {t("project.count", { count: project.milestones.length })}
              </Muted>
            </Flex>
          </li>
        ))}
      </ul>
      {onNew && (
        <Button icon={<PlusOutlined aria-hidden />} onClick={onNew}>
          {t("page.newProject")}
        </Button>
      )}
    </>
  );
}

interface HistoryProps {
  id: string;
  name: (party: string | null | undefined) => string;
  onAdd?: () => void;
  projects: React.ReactNode;
}

/** The texts, the projects, and what was done. */
function History({ id, name, onAdd, projects }: HistoryProps) {
  const { t } = useTranslation("agreements");
  const text = useText();
  const { busy, save } = useSaveFile();
  const { data, error, refetch } = useQuery(getQuery("/api/v1/agreements/{id}/history", { params: { path: { id } } }));
  const [current, ...earlier] = data?.texts ?? [];
  const file = (one: Schemas["AgreementText"]) => (
    <Button
      icon={<DownloadOutlined aria-hidden />}
      disabled={busy}
      style={{ maxWidth: "100%" }}
      onClick={() => void save(`/api/v1/agreements/${id}/texts/${one.id}`, one.file_name)}
    >
      {one.file_name} ({fileSize(one.bytes)})
    </Button>
  );
  return (
    <>
      <h2 style={HEADING}>{t("page.text")}</h2>
      {error && <ProblemAlert error={error} retry={refetch} />}
      {data && !current && <Muted block>{t("page.noText")}</Muted>}
      <ul style={{ listStyle: "none", padding: 0, margin: "0 0 12px", display: "grid", gap: 8 }}>
        {current && (
          <li>
            <Flex gap={8} wrap align="center">
              {file(current)}
              <Muted>{t("page.current")}</Muted>
            </Flex>
          </li>
        )}
        {earlier.map((one) => (
          <li key={one.id}>
            <Flex gap={8} wrap align="center">
              {file(one)}
              <Muted>{t("page.earlier", { number: one.number })}</Muted>
            </Flex>
          </li>
        ))}
      </ul>
      {onAdd && <Button onClick={onAdd}>{current ? t("page.newText") : t("page.addText")}</Button>}
      {projects}
      <h2 style={HEADING}>{t("page.timeline")}</h2>
      <Timeline
        items={(data?.steps ?? []).map((step) => ({
          key: `${step.step}-${step.at}`,
          content: (
            <>
              <strong>{text(`agreements:step.${step.step}`, {}, step.step)}</strong> {name(step.organization_id)}{" "}
              <Muted>
                {step.account_name} · <DateTime value={step.at} />
              </Muted>
              {step.reason && <div>{step.reason}</div>}
            </>
          ),
        }))}
      />
    </>
  );
}
