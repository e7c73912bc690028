import { EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link, useParams } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime } from "@/ui/time";
import type { ProjectStepKind } from "./ProjectStep";
import { ProjectState } from "./Tags";
import { type Project, useParties } from "./words";

const ProjectForm = lazy(() => import("./ProjectForm"));
const ProjectStep = lazy(() => import("./ProjectStep"));
const Attach = lazy(() => import("./Attach"));

const HEADING = { fontSize: 18, margin: "24px 0 12px" };
const LIST = { listStyle: "none", padding: 0, margin: "0 0 12px", display: "grid", gap: 8 };

/** One project: its milestones, what came of it, who took part so far. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("agreements");
  const named = useNamed();
  const phone = usePhone();
  const own = useParties();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const { language } = useLanguage();
  const [open, setOpen] = useState<ProjectStepKind | "edit" | "activity" | "resource">();
  const { data: row, error, isPending, refetch } = useQuery(getQuery("/api/v1/projects/{id}", { params: { path: { id } } }));
  const agreement = useQuery({
    ...getQuery("/api/v1/agreements/{id}", { params: { path: { id: row?.agreement_id ?? "" } } }),
    enabled: row !== undefined,
  });
  const start = useMutation({
    mutationFn: (version: number) =>
      call(api.POST("/api/v1/projects/{id}/start", { params: { path: { id }, header: { ...ifMatch(version), ...key.header } } })),
    onSuccess: () => {
      key.renew();
      message.success(t("project.done.start"));
      return invalidate("/api/v1/projects", "/api/v1/agreements");
    },
  });
  if (isPending) return <PageSkeleton />;
  if (!row) return <ProblemAlert error={error} retry={refetch} />;
  const owns = own.some((one) => one.id === row.owner_id);
  const runs = owns && (row.state === "planned" || row.state === "running");
  const close = () => setOpen(undefined);
  const facts: [string, React.ReactNode][] = [
    [t("field.standing"), <ProjectState key="state" of={row.state} />],
    [t("project.owner"), named(row.owner_name_zh, row.owner_name_en)],
    [
      t("project.under"),
      <Link key="under" to={`/agreements/${row.agreement_id}`}>
        {named(row.agreement_title_zh, row.agreement_title_en)}
      </Link>,
    ],
  ];
  return (
    <>
      <PageTitle
        lead={row.aims || undefined}
        actions={
          runs && (
            <>
              <Button icon={<EditOutlined aria-hidden />} onClick={() => setOpen("edit")}>
                {t("project.edit")}
              </Button>
              <Button danger onClick={() => setOpen("stop")}>
                {t("project.stop")}
              </Button>
              {row.state === "planned" ? (
                <Button key="start" type="primary" loading={start.isPending} onClick={() => start.mutate(row.version)}>
                  {t("project.start")}
                </Button>
              ) : (
                <Button key="complete" type="primary" onClick={() => setOpen("complete")}>
                  {t("project.complete")}
                </Button>
              )}
            </>
          )
        }
      >
        {named(row.title_zh, row.title_en)}
      </PageTitle>
      <ProblemAlert error={start.error} />
      {row.reason && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 16 }}
          title={row.stops_on ? t("project.stopsOn", { day: formatTime(row.stops_on, "date", language), reason: row.reason }) : row.reason}
        />
      )}
      {row.outcome && <Alert type="success" showIcon style={{ marginBottom: 16 }} title={row.outcome} />}
      <Card size="small">
        <dl
          style={{
            display: "grid",
            gridTemplateColumns: phone ? "1fr" : "repeat(auto-fit, minmax(180px, 1fr))",
            gap: "10px 20px",
            margin: 0,
          }}
        >
          {facts.map(([word, value]) => (
            <div key={word}>
              <dt style={{ color: "var(--ant-color-text-secondary)", fontSize: 13 }}>{word}</dt>
              <dd style={{ margin: 0, fontWeight: 600 }}>{value}</dd>
            </div>
          ))}
        </dl>
      </Card>
      <h2 style={HEADING}>{t("project.milestones")}</h2>
      <Milestones row={row} runs={runs} onReached={(reached, title) => setOpen({ reached, title })} />
      {runs && (
        <Button icon={<PlusOutlined aria-hidden />} onClick={() => setOpen("milestone")}>
          {t("project.newMilestone")}
        </Button>
      )}
      <h2 style={HEADING}>{t("project.came")}</h2>
      <Came row={row} owns={owns} />
      {runs && agreement.data && (
        <Flex gap={8} wrap>
          <Button onClick={() => setOpen("activity")}>{t("project.addActivity")}</Button>
          <Button onClick={() => setOpen("resource")}>{t("project.addResource")}</Button>
        </Flex>
      )}
      <h2 style={HEADING}>{t("project.figures")}</h2>
      <Figures id={id} />
      <Suspense>
        {open === "edit" && <ProjectForm project={row} onClose={close} />}
        {(open === "activity" || open === "resource") && agreement.data && (
          <Attach row={row} parties={agreement.data.parties} what={open} onClose={close} />
        )}
        {open !== undefined && open !== "edit" && open !== "activity" && open !== "resource" && (
          <ProjectStep row={row} step={open} onClose={close} />
        )}
      </Suspense>
    </>
  );
}

function Milestones({ row, runs, onReached }: { row: Project; runs: boolean; onReached: (id: string, title: string) => void }) {
  const { t } = useTranslation("agreements");
  const { language } = useLanguage();
  const invalidate = useInvalidate();
  const remove = useMutation({
    mutationFn: (milestone_id: string) =>
      call(api.DELETE("/api/v1/projects/{id}/milestones/{milestone_id}", { params: { path: { id: row.id, milestone_id } } })),
    onSuccess: () => invalidate("/api/v1/projects"),
  });
  if (row.milestones.length === 0) return <Muted block>{t("project.noMilestones")}</Muted>;
  return (
    <>
      <ProblemAlert error={remove.error} />
      <ul style={LIST}>
        {row.milestones.map((one) => (
          <li key={one.id}>
            <Flex gap={8} wrap align="center">
              <strong>{one.title}</strong>
              <Muted>{t("project.due_on", { day: formatTime(one.due_on, "date", language) })}</Muted>
              {one.done_on && <Tag color="success">{t("project.done_on", { day: formatTime(one.done_on, "date", language) })}</Tag>}
              {one.late && <Tag color="error">{t("project.late")}</Tag>}
              {runs && !one.done_on && (
                <>
                  <Button size="small" aria-label={t("project.markOf", { title: one.title })} onClick={() => onReached(one.id, one.title)}>
                    {t("project.mark")}
                  </Button>
                  <Button
                    size="small"
                    type="text"
                    danger
                    loading={remove.isPending && remove.variables === one.id}
                    aria-label={t("project.removeOf", { title: one.title })}
                    onClick={() => remove.mutate(one.id)}
                  >
                    {t("project.remove")}
                  </Button>
                </>
              )}
            </Flex>
          </li>
        ))}
      </ul>
    </>
  );
}

function Came({ row, owns }: { row: Project; owns: boolean }) {
  const { t } = useTranslation("agreements");
  const named = useNamed();
  const invalidate = useInvalidate();
  const take = useMutation({
    mutationFn: ({ what, id }: { what: "activity" | "resource"; id: string }) =>
      what === "activity"
        ? call(api.DELETE("/api/v1/projects/{id}/activities/{activity_id}", { params: { path: { id: row.id, activity_id: id } } }))
        : call(api.DELETE("/api/v1/projects/{id}/resources/{resource_id}", { params: { path: { id: row.id, resource_id: id } } })),
    onSuccess: () => invalidate("/api/v1/projects"),
  });
  const all = [
    ...row.activities.map((one) => ({ ...one, what: "activity" as const, to: `/activities/${one.id}` })),
    ...row.resources.map((one) => ({ ...one, what: "resource" as const, to: `/resources/${one.id}` })),
  ];
  if (all.length === 0) return <Muted block>{t("project.noCame")}</Muted>;
  return (
    <>
      <ProblemAlert error={take.error} />
      <ul style={LIST}>
        {all.map((one) => (
          <li key={one.id}>
            <Flex gap={8} wrap align="center">
              <Tag>{t(`project.${one.what}`)}</Tag>
              <Link to={one.to} style={{ textDecoration: "underline" }}>{named(one.title_zh, one.title_en)}</Link>
              <Muted>{named(one.organization_name_zh, one.organization_name_en)}</Muted>
              {owns && (
                <Button
                  size="small"
                  type="text"
                  danger
                  aria-label={t("project.takeBackOf", { title: named(one.title_zh, one.title_en) })}
                  loading={take.isPending && take.variables.id === one.id}
                  onClick={() => take.mutate({ what: one.what, id: one.id })}
                >
                  {t("project.takeBack")}
                </Button>
              )}
            </Flex>
          </li>
        ))}
      </ul>
    </>
  );
}

function Figures({ id }: { id: string }) {
  const { t } = useTranslation("agreements");
  const named = useNamed();
  const { language } = useLanguage();
  const { data, error, refetch } = useQuery(getQuery("/api/v1/projects/{id}/figures", { params: { path: { id } } }));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data) return <PageSkeleton />;
  const cell = { padding: "6px 12px 6px 0", textAlign: "start" as const, verticalAlign: "top" as const };
  return (
    <>
      <Muted block>{t("project.since", { day: formatTime(data.since, "date", language) })}</Muted>
      <Flex gap={24} wrap style={{ margin: "8px 0" }}>
        {(["sessions", "persons", "participations"] as const).map((word) => (
          <span key={word}>
            {t(`project.${word}`)} <strong>{data[word]}</strong>
          </span>
        ))}
      </Flex>
      {data.districts.length === 0 ? (
        <Muted block>{t("project.nobody")}</Muted>
      ) : (
        <div style={{ overflowX: "auto" }}>
          <table style={{ borderCollapse: "collapse" }}>
            <thead>
              <tr>
                {(["district", "persons", "participations", "credits"] as const).map((word) => (
                  <th key={word} scope="col" style={cell}>
                    {t(`project.${word}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.districts.map((one) => (
                <tr key={one.district_id}>
                  <th scope="row" style={{ ...cell, fontWeight: 400 }}>
                    {named(one.district_name_zh, one.district_name_en)}
                  </th>
                  <td style={cell}>{one.persons}</td>
                  <td style={cell}>{one.participations}</td>
                  <td style={cell}>
                    {one.credits.map((credit) => (
                      <div key={credit.policy_id}>
                        <Credit value={credit.credits} /> <Muted>{credit.policy_id}</Muted>
                      </div>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
