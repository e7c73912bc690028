import { EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { EditionState } from "./EditionState";
import { Feeds } from "./Feeds";
import { Months } from "./Months";
import { type Strand, type Theme, useDay, useTitle } from "./words";

const EditionForm = lazy(() => import("./EditionForm"));
const ThemeForm = lazy(() => import("./ThemeForm"));
const StrandForm = lazy(() => import("./StrandForm"));
const MembersForm = lazy(() => import("./MembersForm"));
const Launch = lazy(() => import("./Launch"));
const MoveTheme = lazy(() => import("./MoveTheme"));
const Progress = lazy(() => import("./Progress"));

const HEADING = { fontSize: 18, margin: 0 };

type Open =
  | { what: "edit" | "members" | "strand" }
  | { what: "theme"; month?: string; row?: Theme }
  | { what: "changeStrand"; row: Strand }
  | { what: "move"; row: Theme }
  | { what: "launch"; row: Theme | Strand };

const DONE = { publish: "edition.published", close: "edition.closed", reopen: "edition.reopened" } as const;

/** One year of a programme: its months, strands, organizations, and what came of it. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const named = useNamed();
  const title = useTitle();
  const day = useDay();
  const invalidate = useInvalidate();
  const { message, modal } = App.useApp();
  const [open, setOpen] = useState<Open>();
  const { data: row, error, isPending, refetch } = useQuery(getQuery("/api/v1/editions/{id}", { params: { path: { id } } }));
  const step = useMutation({
    mutationFn: ({ to, version }: { to: "publish" | "close" | "reopen"; version: number }) => {
      const params = { path: { id }, header: ifMatch(version) };
      if (to === "publish") return call(api.POST("/api/v1/editions/{id}/publish", { params }));
      if (to === "close") return call(api.POST("/api/v1/editions/{id}/close", { params }));
      return call(api.POST("/api/v1/editions/{id}/reopen", { params }));
    },
    onSuccess: (_, { to }) => {
      message.success(t(DONE[to]));
      return invalidate("/api/v1/editions");
    },
  });
  const navigate = useNavigate();
  const drop = useMutation({
    mutationFn: (what: { part: "theme" | "strand"; id: string } | { part: "edition"; version: number }): Promise<unknown> => {
      if (what.part === "edition") return call(api.DELETE("/api/v1/editions/{id}", { params: { path: { id }, header: ifMatch(what.version) } }));
      const params = { path: { id: what.id } };
      return what.part === "theme" ? call(api.DELETE("/api/v1/themes/{id}", { params })) : call(api.DELETE("/api/v1/strands/{id}", { params }));
    },
    onSuccess: (_, { part }) => {
      message.success(t("edition.deleted"));
      if (part === "edition") navigate("/programmes");
      return invalidate("/api/v1/editions", "/api/v1/themes");
    },
  });
  const remove = useMutation({
    mutationFn: (organization_id: string) =>
      call(api.DELETE("/api/v1/editions/{id}/members/{organization_id}", { params: { path: { id, organization_id } } })),
    onSuccess: () => invalidate("/api/v1/editions"),
  });
  if (isPending) return <PageSkeleton />;
  if (!row) return <ProblemAlert error={error} retry={refetch} />;
  const writes = row.managed && row.state !== "closed";
  const ask = (to: "publish" | "close") =>
    modal.confirm({
      title: t(to === "publish" ? "edition.publish" : "edition.close"),
      content: t(to === "publish" ? "edition.publishAsk" : "edition.closeAsk"),
      okText: t(to === "publish" ? "edition.publish" : "edition.close"),
      cancelText: common("action.cancel"),
      onOk: () => step.mutateAsync({ to, version: row.version }).catch(() => {}),
    });
  const takeOut = (organization: string, name: string) =>
    modal.confirm({
      title: t("edition.removeAsk", { name }),
      okText: t("edition.remove"),
      cancelText: common("action.cancel"),
      onOk: () => remove.mutateAsync(organization).catch(() => {}),
    });
  const discard = (what: Parameters<typeof drop.mutate>[0], title: string, content: string) =>
    modal.confirm({
      title,
      content,
      okText: t("edition.delete"),
      okButtonProps: { danger: true },
      cancelText: common("action.cancel"),
      onOk: () => drop.mutateAsync(what).catch(() => {}),
    });
  const discardPart = (part: "theme" | "strand", row: Theme | Strand) =>
    discard({ part, id: row.id }, t("edition.deleteAsk", { name: title(row) }), t("edition.deleteHelp"));
  const close = () => setOpen(undefined);
  return (
    <>
      <PageTitle
        before={<EditionState state={row.state} />}
        lead={`${named(row.authority_name_zh, row.authority_name_en)} · ${day(row.first_day)} – ${day(row.last_day)}`}
        actions={
          <>
            {row.managed && (
              <Button icon={<EditOutlined aria-hidden />} onClick={() => setOpen({ what: "edit" })}>
                {t("edition.edit")}
              </Button>
            )}
            {row.managed && row.state === "draft" && (
              <Button
                danger
                onClick={() =>
                  discard(
                    { part: "edition", version: row.version },
                    t("edition.discardAsk", { year: row.year }),
                    t("edition.discardHelp", { themes: row.themes.length, strands: row.strands.length }),
                  )
                }
              >
                {t("edition.discard")}
              </Button>
            )}
            {row.managed && row.state === "draft" && (
              <Button type="primary" onClick={() => ask("publish")}>
                {t("edition.publish")}
              </Button>
            )}
            {row.managed && row.state === "published" && (
              <Button key="close" onClick={() => ask("close")}>
                {t("edition.close")}
              </Button>
            )}
            {row.managed && row.state === "closed" && (
              <Button key="reopen" loading={step.isPending} onClick={() => step.mutate({ to: "reopen", version: row.version })}>
                {t("edition.reopen")}
              </Button>
            )}
          </>
        }
      >
        {`${named(row.programme_name_zh, row.programme_name_en)} ${row.year}`}
      </PageTitle>
      <ProblemAlert error={step.error ?? remove.error ?? drop.error} />
      {row.state === "draft" && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t("edition.draft")} />}
      <p style={{ margin: "0 0 4px", fontSize: 17 }}>{title(row)}</p>
      {row.host_scheme_name_zh && (
        <p style={{ margin: "0 0 4px" }}>
          {t("field.host_scheme")}：{named(row.host_scheme_name_zh, row.host_scheme_name_en ?? "")}
        </p>
      )}
      {row.source && (
        <Muted block style={{ marginBottom: 8 }}>
          {t("field.source")}：{row.source}
        </Muted>
      )}

      <Section title={t("edition.calendar")} action={writes && <Add label={t("edition.addTheme")} onClick={() => setOpen({ what: "theme" })} />}>
        <Months
          edition={row}
          writes={writes}
          launches={row.managed && row.state === "published"}
          onAdd={(month) => setOpen({ what: "theme", month })}
          onEdit={(theme) => setOpen({ what: "theme", row: theme })}
          onLaunch={(theme) => setOpen({ what: "launch", row: theme })}
          onMove={(theme) => setOpen({ what: "move", row: theme })}
          onRemove={(theme) => discardPart("theme", theme)}
        />
      </Section>

      <Section title={t("edition.strands")} action={writes && <Add label={t("edition.addStrand")} onClick={() => setOpen({ what: "strand" })} />}>
        {row.strands.length === 0 && <Muted>{t("edition.noStrands")}</Muted>}
        <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {row.strands.map((strand) => (
            <li key={strand.id} style={{ padding: "8px 0" }}>
              <Flex gap={8} wrap align="center">
                <Tag>{t(`kind.${strand.kind}`)}</Tag>
                <span>{title(strand)}</span>
                {strand.topic && <Muted>{strand.topic}</Muted>}
                {row.managed && row.state === "published" && (
                  <Button
                    size="small"
                    aria-label={`${t("launch.action")}：${title(strand)}`}
                    onClick={() => setOpen({ what: "launch", row: strand })}
                  >
                    {t("launch.action")}
                  </Button>
                )}
                {writes && (
                  <Button
                    size="small"
                    type="link"
                    aria-label={`${t("edition.changeStrand")}：${title(strand)}`}
                    onClick={() => setOpen({ what: "changeStrand", row: strand })}
                  >
                    {t("edition.edit")}
                  </Button>
                )}
                {writes && (
                  <Button
                    size="small"
                    type="link"
                    danger
                    aria-label={`${t("edition.delete")}：${title(strand)}`}
                    onClick={() => discardPart("strand", strand)}
                  >
                    {t("edition.delete")}
                  </Button>
                )}
              </Flex>
              {strand.source && <Muted style={{ fontSize: 13 }}>{strand.source}</Muted>}
            </li>
          ))}
        </ul>
      </Section>

      <Section
        title={t("edition.members")}
        action={
          writes && (
            <Flex gap={12} wrap align="center">
              <Link to={`/lists?kind=members&edition=${row.id}`}>{t("edition.importMembers")}</Link>
              <Add label={t("edition.addMembers")} onClick={() => setOpen({ what: "members" })} />
            </Flex>
          )
        }
      >
        {row.members.length === 0 && <Muted>{t("edition.noMembers")}</Muted>}
        <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {row.members.map((member) => {
            const name = named(member.name_zh, member.name_en);
            return (
              <li key={member.organization_id} style={{ padding: "6px 0" }}>
                <Flex gap={8} wrap align="center">
                  <span>{name}</span>
                  {member.roles.map((role) => (
                    <Tag key={role}>{t(`role.${role}`)}</Tag>
                  ))}
                  <Muted>{member.district_name_zh}</Muted>
                  {writes && (
                    <Button
                      size="small"
                      type="link"
                      aria-label={`${t("edition.remove")}：${name}`}
                      onClick={() => takeOut(member.organization_id, name)}
                    >
                      {t("edition.remove")}
                    </Button>
                  )}
                </Flex>
              </li>
            );
          })}
        </ul>
      </Section>

      {row.progress && row.state !== "draft" && (
        <Suspense fallback={<PageSkeleton />}>
          <Progress edition={row} />
        </Suspense>
      )}
      {row.state !== "draft" && (
        <Section title={t("feed.title")} action={<Link to={`/public/editions/${row.id}`}>{t("edition.public")}</Link>}>
          <Feeds programme={row.programme_id} edition={row.id} hosts={row.members.filter(({ roles }) => roles.some((role) => role === "host" || role === "undertake"))} />
        </Section>
      )}
      <Suspense>
        {open?.what === "edit" && <EditionForm edition={row} onClose={close} />}
        {open?.what === "theme" && <ThemeForm edition={row} {...(open.row && { row: open.row })} {...(open.month && { month: open.month })} onClose={close} />}
        {open?.what === "strand" && <StrandForm edition={row} onClose={close} />}
        {open?.what === "changeStrand" && <StrandForm edition={row} row={open.row} onClose={close} />}
        {open?.what === "members" && <MembersForm edition={row} onClose={close} />}
        {open?.what === "launch" && <Launch edition={row} part={open.row} onClose={close} />}
        {open?.what === "move" && <MoveTheme edition={row} theme={open.row} onClose={close} />}
      </Suspense>
    </>
  );
}

function Add({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={onClick}>
      {label}
    </Button>
  );
}

export function Section({ title, action, children }: { title: string; action?: React.ReactNode; children: React.ReactNode }) {
  return (
    <Card style={{ marginTop: 16 }} title={<h2 style={HEADING}>{title}</h2>} extra={action}>
      {children}
    </Card>
  );
}
