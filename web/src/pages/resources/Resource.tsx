import { DeleteOutlined, DownloadOutlined, EditOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Rate } from "antd";
import { lazy, Suspense, useState } from "react";
import { useParams } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { mayManage, useGrades, useHosts } from "@/pages/base/hosts";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useSaveFile } from "@/ui/saveFile";
import { fileSize } from "@/ui/UploadArea";
import { FreeDays } from "./FreeDays";
import { Items } from "./Items";
import { licenceKey, useRating, useStock } from "./words";

const ResourceForm = lazy(() => import("./ResourceForm"));
const Ask = lazy(() => import("./Ask"));
const Close = lazy(() => import("./Close"));
const TourForm = lazy(() => import("./TourForm"));
const AddFile = lazy(() => import("./AddFile"));

const HEADING = { fontSize: 18, margin: "24px 0 12px" };

/** One resource: what it is, when it can be had, what comes with it, what others say. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("resources");
  const me = useMe();
  const phone = usePhone();
  const named = useNamed();
  const grades = useGrades();
  const rating = useRating();
  const stock = useStock();
  const askers = useHosts();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [open, setOpen] = useState<"edit" | "ask" | "close" | "file" | "tour">();
  const [day, setDay] = useState<string>();
  const { data: row, error, isPending, refetch } = useQuery(getQuery("/api/v1/resources/{id}", { params: { path: { id } } }));
  const reopen = useMutation({
    mutationFn: (version: number) =>
      call(
        api.POST("/api/v1/resources/{id}/reopen", {
          params: { path: { id }, header: ifMatch(version) },
          body: { reason: t("close.reopened") },
        }),
      ),
    onSuccess: () => {
      message.success(t("form.saved"));
      return invalidate("/api/v1/resources");
    },
  });
  if (isPending) return <PageSkeleton />;
  if (!row) return <ProblemAlert error={error} retry={refetch} />;
  const manages = mayManage(me, { host_id: row.owner_id, district_id: row.district_id });
  const asks = askers.length > 0 && row.status === "open" && row.item_count > 0;
  const facts: [string, string][] = [
    [t("field.kind"), t(`kind.${row.kind}`)],
    [t("field.owner"), named(row.owner_name_zh, row.owner_name_en)],
    [t("field.grades"), grades(row.grades)],
    [t("field.stock"), stock(row)],
    [t("field.reach"), t(`reach.${row.reach}`)],
    [t("field.licence"), t(`licence.${licenceKey(row.licence)}` as "licence.other")],
    [t("field.rating"), rating(row)],
    ...(row.theme ? [[t("field.theme"), row.theme] as [string, string]] : []),
    ...(row.capacity ? [[t("field.capacity"), t("stock.persons", { count: row.capacity })] as [string, string]] : []),
    ...(row.licence_note ? [[t("field.licence_note"), row.licence_note] as [string, string]] : []),
  ];
  const ask = (first?: string) => {
    setDay(first);
    setOpen("ask");
  };
  return (
    <>
      <PageTitle
        lead={row.summary || undefined}
        actions={
          <>
            {manages && (
              <>
                <Button icon={<EditOutlined aria-hidden />} onClick={() => setOpen("edit")}>
                  {t("form.edit")}
                </Button>
                {row.status === "open" && row.item_count > 0 && <Button onClick={() => setOpen("tour")}>{t("tour.action")}</Button>}
                {row.status === "open" ? (
                  <Button key="close" onClick={() => setOpen("close")}>{t("close.action")}</Button>
                ) : (
                  <Button key="reopen" loading={reopen.isPending} onClick={() => reopen.mutate(row.version)}>
                    {t("close.reopen")}
                  </Button>
                )}
              </>
            )}
            {asks && (
              <Button type="primary" onClick={() => ask()}>
                {t("ask.action")}
              </Button>
            )}
          </>
        }
      >
        {named(row.title_zh, row.title_en)}
      </PageTitle>
      <ProblemAlert error={reopen.error} />
      {row.status === "closed" && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("close.closed", { reason: row.reason })} />
      )}
      <Card size="small">
        <dl
          style={{
            display: "grid",
            gridTemplateColumns: phone ? "1fr 1fr" : "repeat(auto-fit, minmax(150px, 1fr))",
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
      {row.item_count > 0 && (
        <>
          <h2 style={HEADING}>{t("days.title")}</h2>
          <FreeDays resource={row} {...(asks && { onChoose: ask })} />
        </>
      )}
      {manages && <Items id={id} />}
      <h2 style={HEADING}>{t("files.title")}</h2>
      <Files id={id} manages={manages} />
      {manages && <Button onClick={() => setOpen("file")}>{t("files.add")}</Button>}
      <h2 style={HEADING}>{t("rating.title")}</h2>
      <Ratings id={id} />
      <Suspense>
        {open === "edit" && <ResourceForm resource={row} onClose={() => setOpen(undefined)} />}
        {open === "ask" && <Ask resource={row} day={day} onClose={() => setOpen(undefined)} />}
        {open === "close" && <Close resource={row} onClose={() => setOpen(undefined)} />}
        {open === "tour" && <TourForm resource={row} onClose={() => setOpen(undefined)} />}
        {open === "file" && <AddFile id={id} onClose={() => setOpen(undefined)} />}
      </Suspense>
    </>
  );
}

function Files({ id, manages }: { id: string; manages: boolean }) {
  const { t } = useTranslation("resources");
  const { t: common } = useTranslation();
  const { busy, save } = useSaveFile();
  const invalidate = useInvalidate();
  const { message, modal } = App.useApp();
  const remove = useMutation({
    mutationFn: (file_id: string) => call(api.DELETE("/api/v1/resources/{id}/files/{file_id}", { params: { path: { id, file_id } } })),
    onSuccess: () => {
      message.success(t("files.removed"));
      return invalidate("/api/v1/resources");
    },
  });
  const ask = (file: { id: string; file_name: string }) =>
    modal.confirm({
      title: t("files.removeAsk", { name: file.file_name }),
      okText: t("files.remove"),
      okButtonProps: { danger: true },
      cancelText: common("action.cancel"),
      onOk: () => remove.mutateAsync(file.id).catch(() => {}),
    });
  const { data, error, refetch } = useQuery(getQuery("/api/v1/resources/{id}/files", { params: { path: { id } } }));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data?.items.length) return <Muted block>{t("files.none")}</Muted>;
  return (
    <>
      <ProblemAlert error={remove.error} />
      <ul style={{ listStyle: "none", padding: 0, margin: "0 0 12px", display: "grid", gap: 8 }}>
        {data.items.map((file) => (
          <li key={file.id}>
            <Flex gap={4} wrap align="center">
              <Button
                icon={<DownloadOutlined aria-hidden />}
                disabled={busy}
                onClick={() => void save(`/api/v1/resources/${id}/files/${file.id}`, file.file_name)}
              >
                {file.file_name} ({fileSize(file.bytes)})
              </Button>
              {manages && (
                <Button
                  type="text"
                  danger
                  icon={<DeleteOutlined aria-hidden />}
                  aria-label={t("files.removeOf", { name: file.file_name })}
                  onClick={() => ask(file)}
                />
              )}
            </Flex>
          </li>
        ))}
      </ul>
    </>
  );
}

function Ratings({ id }: { id: string }) {
  const { t } = useTranslation("resources");
  const named = useNamed();
  const { data, error, refetch } = useQuery(
    getQuery("/api/v1/resources/{id}/ratings", { params: { path: { id }, query: { limit: 20 } } }),
  );
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data?.items.length) return <Muted block>{t("rating.noneYet")}</Muted>;
  return (
    <ul style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 12 }}>
      {data.items.map((one) => (
        <li key={`${one.organization_id}-${one.rated_at}`}>
          <Flex gap={10} wrap align="center">
            <span role="img" aria-label={t("rating.stars", { count: one.stars })}>
              <span aria-hidden inert>
                <Rate disabled value={one.stars} style={{ fontSize: 15 }} />
              </span>
            </span>
            <strong>{named(one.organization_name_zh, one.organization_name_en)}</strong>
            <Muted>
              <DateTime value={one.rated_at} style="date" />
            </Muted>
          </Flex>
          {one.remark && <div>{one.remark}</div>}
        </li>
      ))}
    </ul>
  );
}
