import { EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useParams } from "react-router";
import { getQuery, useMe } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useNamed } from "@/i18n/useText";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { StatusTag } from "@/ui/StatusTag";
import { mayManage, useGrades, useKind } from "./hosts";
import SessionList from "./SessionList";

const ActivityForm = lazy(() => import("./ActivityForm"));
const SessionForm = lazy(() => import("./SessionForm"));

/** An activity and its sessions. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("base");
  const me = useMe();
  const phone = usePhone();
  const named = useNamed();
  const kind = useKind();
  const grades = useGrades();
  const [open, setOpen] = useState<"edit" | "session">();
  const { data: activity, error, isPending, refetch } = useQuery(
    getQuery("/api/v1/activities/{id}", { params: { path: { id } } }),
  );
  const edition = useQuery({
    ...getQuery("/api/v1/editions/{id}", { params: { path: { id: activity?.edition_id ?? "" } } }),
    enabled: Boolean(activity?.edition_id),
  }).data;
  if (isPending) return <PageSkeleton />;
  if (!activity) return <ProblemAlert error={error} retry={refetch} />;
  const manages = mayManage(me, activity);
  const yes = (value: boolean) => t(value ? "activities.yes" : "activities.no");
  const facts: [string, string][] = [
    [t("column.host"), activity.host_name_zh],
    [t("column.kind"), kind(activity.kind)],
    [t("session.length"), t("minutes", { count: activity.minutes })],
    [t("session.grades"), grades(activity.grades)],
    [t("activities.field.voluntary"), yes(activity.voluntary)],
    [t("activities.field.school_day"), yes(activity.school_day)],
    ...(activity.level ? [[t("activities.field.level"), activity.level] as [string, string]] : []),
    ...(activity.tags.length > 0 ? [[t("activities.field.tags"), activity.tags.join(", ")] as [string, string]] : []),
    [t("column.code"), activity.code],
  ];
  const titled = (row?: { title_zh: string; title_en: string }) => row && named(row.title_zh || row.title_en, row.title_en);
  const part = edition && [titled(edition.themes.find((one) => one.id === activity.theme_id)), titled(edition.strands.find((one) => one.id === activity.strand_id))];
  const make = manages && activity.status === "open" ? () => setOpen("session") : undefined;
  return (
    <>
      <PageTitle
        lead={<StatusTag of="activity" state={activity.status} />}
        actions={
          manages && (
            <>
              <Button icon={<EditOutlined aria-hidden />} onClick={() => setOpen("edit")}>
                {t("session.edit")}
              </Button>
              {make && (
                <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={make}>
                  {t("form.newSession")}
                </Button>
              )}
            </>
          )
        }
      >
        {named(activity.title_zh, activity.title_en)}
      </PageTitle>
      <Card size="small" style={{ marginBottom: 24 }}>
        <dl
          style={{
            display: "grid",
            gridTemplateColumns: phone ? "1fr 1fr" : "repeat(auto-fit, minmax(140px, 1fr))",
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
          {edition && (
            <div>
              <dt style={{ color: "var(--ant-color-text-secondary)", fontSize: 13 }}>{t("activities.field.edition")}</dt>
              <dd style={{ margin: 0, fontWeight: 600 }}>
                <Link to={`/editions/${edition.id}`}>{`${named(edition.programme_name_zh, edition.programme_name_en)} ${edition.year}`}</Link>
                {part?.filter(Boolean).map((name) => <div key={name}>{name}</div>)}
              </dd>
            </div>
          )}
        </dl>
      </Card>
      <h2 style={{ fontSize: 18, margin: "0 0 12px" }}>{t("activities.sessions")}</h2>
      <SessionList name="activity-sessions" activity={id} make={make} />
      <Suspense>
        {open === "edit" && <ActivityForm activity={activity} onClose={() => setOpen(undefined)} />}
        {open === "session" && <SessionForm hosts={[]} activity={id} onClose={() => setOpen(undefined)} />}
      </Suspense>
    </>
  );
}
