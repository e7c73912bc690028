import { DeleteOutlined, FileTextOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Descriptions, Flex, Form, Image, Popconfirm, Timeline } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { type FieldError, isProblem } from "@/api/problem";
import { getQuery, useInvalidate } from "@/api/query";
import { Conflict, type ConflictField } from "@/ui/Conflict";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { StatusTag } from "@/ui/StatusTag";
import { fileSize, UploadArea } from "@/ui/UploadArea";
import { EVIDENCE, useAwardWords } from "./award";
import { AwardFields, awardOf, type AwardValues } from "./AwardFields";
import { sendEvidence } from "./evidence";
import "./teacher.css";

type Result = Schemas["ResultDetail"];

/** One result: what was said of it, its evidence, and, while it is not decided, its correction. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("teacher");
  const { data, error, refetch } = useQuery(getQuery("/api/v1/results/{id}", { params: { path: { id } } }));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data) return <PageSkeleton rows={12} />;
  const open = data.state === "returned" || data.state === "submitted";
  return (
    <div style={{ maxWidth: 900 }}>
      <PageTitle
        lead={
          <>
            <StatusTag of="result" state={data.state} />
            <PersonLink id={data.person_id} name={data.person_name} number={data.person_number} />
          </>
        }
      >
        {data.competition_name_zh}
      </PageTitle>
      {data.state === "returned" && (
        <Alert type="warning" showIcon role="status" style={{ marginBottom: 16 }} title={t("result.returned", { reason: data.reason })} description={t("result.returnedLead")} />
      )}
      {["revoked", "withdrawn"].includes(data.state) && data.reason && (
        <Alert type="info" showIcon style={{ marginBottom: 16 }} title={data.reason} />
      )}
      <div style={{ display: "grid", gap: 16 }}>
        <Evidence result={data} open={open} />
        {open ? <Correction key={data.version} result={data} /> : <Facts result={data} />}
        <Steps result={data} />
      </div>
    </div>
  );
}

const H2 = { margin: 0, fontSize: 16 } as const;

function Facts({ result }: { result: Result }) {
  const { t } = useTranslation("teacher");
  const words = useAwardWords();
  return (
    <Card size="small" title={<h2 style={H2}>{t("result.facts")}</h2>}>
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { key: "day", label: t("result.day"), children: <DateTime value={result.achieved_on} style="date" /> },
          { key: "level", label: t("result.levelTitle"), children: words.level(result.contest_level) },
          { key: "award", label: t("result.awardTitle"), children: words.award(result) },
          { key: "work", label: t("result.work"), children: result.work_title || "—" },
          ...(result.team
            ? [
                {
                  key: "team",
                  label: t("result.members"),
                  children: [result, ...result.others].map((one) => one.person_name).join("、"),
                },
              ]
            : []),
        ]}
      />
    </Card>
  );
}

function Evidence({ result, open }: { result: Result; open: boolean }) {
  const { t } = useTranslation("teacher");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const [waiting, setWaiting] = useState<File[]>([]);
  const add = useMutation({
    mutationFn: async (files: File[]) => {
      const sent = await Promise.allSettled(files.map((file) => sendEvidence(result.id, file)));
      const failed = sent.find((one) => one.status === "rejected");
      setWaiting(files.filter((_, at) => sent[at]?.status === "rejected"));
      if (failed) throw failed.reason;
    },
    onSettled: () => invalidate("/api/v1/results"),
  });
  const remove = useMutation({
    mutationFn: (evidence_id: string) =>
      call(api.DELETE("/api/v1/results/{id}/evidence/{evidence_id}", { params: { path: { id: result.id, evidence_id } } })),
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => invalidate("/api/v1/results"),
  });
  const href = (id: string) => `/api/v1/results/${result.id}/evidence/${id}`;
  return (
    <Card size="small" title={<h2 style={H2}>{t("result.evidence")}</h2>}>
      {result.evidence.length === 0 && !open && <EmptyState title={t("result.noEvidence")} />}
      <Flex gap={12} wrap component="ul" style={{ listStyle: "none", margin: "0 0 12px", padding: 0 }}>
        {result.evidence.map((file) => (
          <li key={file.id} style={{ width: 168 }}>
            {/^image\/(png|jpeg|webp|avif)$/.test(file.media_type) ? (
              <Image src={href(file.id)} alt={file.file_name} width={168} height={112} style={{ objectFit: "cover", borderRadius: 8 }} />
            ) : (
              <a href={href(file.id)} target="_blank" rel="noreferrer" aria-label={file.file_name} style={{ display: "grid", placeItems: "center", height: 112, border: "1px solid rgb(127 150 145 / 0.4)", borderRadius: 8 }}>
                <FileTextOutlined style={{ fontSize: 34 }} />
              </a>
            )}
            <Flex justify="space-between" align="center" gap={4}>
              <a href={href(file.id)} target="_blank" rel="noreferrer" style={{ fontSize: 13 }}>
                {file.file_name} <Muted>{fileSize(file.bytes)}</Muted>
              </a>
              {open && (
                <Popconfirm title={t("result.removeSure")} okText={common("action.delete")} cancelText={common("action.cancel")} onConfirm={() => remove.mutate(file.id)}>
                  <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={common("upload.remove", { name: file.file_name })} />
                </Popconfirm>
              )}
            </Flex>
          </li>
        ))}
      </Flex>
      {open && (
        <>
          <ProblemAlert error={add.error} {...(waiting.length > 0 && { retry: () => add.mutate(waiting) })} />
          <UploadArea
            files={waiting}
            onChange={(files) => {
              setWaiting(files);
              if (files.length > waiting.length) add.mutate(files);
            }}
            {...EVIDENCE}
            maxFiles={8}
            camera
            disabled={add.isPending}
          />
        </>
      )}
    </Card>
  );
}

function Correction({ result }: { result: Result }) {
  const { t } = useTranslation("teacher");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const say = useProblemText();
  const words = useAwardWords();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<AwardValues>();
  const [rest, setRest] = useState<FieldError[]>();
  const [theirs, setTheirs] = useState<Result>();
  const [touched, setTouched] = useState(false);
  const returned = result.state === "returned";

  const fresh = () => call(api.GET("/api/v1/results/{id}", { params: { path: { id: result.id } } }));
  const failed = async (error: unknown) => {
    if (isProblem(error, "version_changed")) setTheirs(await fresh());
    else setRest(applyProblemToForm(form, error, say.field).rest);
  };
  const save = useMutation({
    mutationFn: async ({ values, version, again }: { values: AwardValues; version: number; again: boolean }) => {
      let at = version;
      if (touched) {
        const changed = await call(
          api.PATCH("/api/v1/results/{id}", { params: { path: { id: result.id }, header: ifMatch(version) }, body: awardOf(values) }),
        );
        at = changed.items.find((one) => one.id === result.id)?.version ?? version;
      }
      if (again) await call(api.POST("/api/v1/results/{id}/resubmit", { params: { path: { id: result.id }, header: ifMatch(at) } }));
    },
    onSuccess: (_, { again }) => {
      message.success(t(again ? "result.resubmitted" : "result.saved"));
      void invalidate("/api/v1/results");
    },
    onError: failed,
  });
  const withdraw = useMutation({
    mutationFn: () =>
      call(api.POST("/api/v1/results/{id}/withdraw", { params: { path: { id: result.id }, header: ifMatch(result.version) }, body: {} })),
    onSuccess: () => message.success(t("result.withdrawn")),
    onError: (error) => message.error(say.whole(error)),
    onSettled: () => invalidate("/api/v1/results"),
  });
  const send = (again: boolean, version = result.version) =>
    void form.validateFields().then((values) => save.mutate({ values, version, again }));

  const differences = (): ConflictField[] => {
    if (!theirs) return [];
    const mine = awardOf(form.getFieldsValue(true) as AwardValues);
    const row = (key: string, label: string, a: string, b: string): ConflictField => ({ key, label, theirs: a, mine: b, differs: a !== b });
    return [
      row("day", t("result.day"), theirs.achieved_on, mine.achieved_on),
      row("level", t("result.levelTitle"), words.level(theirs.contest_level), words.level(mine.contest_level)),
      row("award", t("result.awardTitle"), words.award(theirs), words.award(mine)),
      row("work", t("result.work"), theirs.work_title, mine.work_title),
    ];
  };

  return (
    <Card size="small" title={<h2 style={H2}>{t("result.facts")}</h2>}>
      <ProblemAlert error={theirs ? null : save.error} {...(rest && { rest })} />
      {result.team && (
        <Muted block style={{ marginTop: 0 }}>
          {t("result.members")}: {[result, ...result.others].map((one) => one.person_name).join("、")}
        </Muted>
      )}
      <Form<AwardValues>
        form={form}
        layout="vertical"
        requiredMark={false}
        onValuesChange={() => setTouched(true)}
        initialValues={{
          achieved_on: dayjs(result.achieved_on),
          contest_level: result.contest_level,
          by: result.award || !result.place ? "award" : "place",
          award: result.award ?? undefined,
          place: result.place ?? undefined,
          places_listed: result.places_listed ?? undefined,
          work_title: result.work_title,
        }}
      >
        <AwardFields />
        <Flex gap={12} wrap justify="space-between">
          <Popconfirm title={t("result.withdrawSure")} okText={t("result.withdraw")} cancelText={common("action.cancel")} onConfirm={() => withdraw.mutate()}>
            <Button danger loading={withdraw.isPending}>
              {t("result.withdraw")}
            </Button>
          </Popconfirm>
          <Flex gap={12} wrap>
            <Button type={returned ? "default" : "primary"} disabled={!touched} loading={save.isPending && !save.variables?.again} onClick={() => send(false)}>
              {common("action.save")}
            </Button>
            {returned && (
              <Button type="primary" loading={save.isPending && save.variables?.again === true} onClick={() => send(true)}>
                {t("result.resubmit")}
              </Button>
            )}
          </Flex>
        </Flex>
      </Form>
      <Conflict
        open={theirs !== undefined}
        fields={differences()}
        saving={save.isPending}
        onBack={() => setTheirs(undefined)}
        onTakeTheirs={() => {
          setTheirs(undefined);
          void invalidate("/api/v1/results");
        }}
        onKeepMine={() => {
          const version = theirs?.version;
          setTheirs(undefined);
          send(save.variables?.again ?? false, version);
        }}
      />
    </Card>
  );
}

function Steps({ result }: { result: Result }) {
  const { t } = useTranslation("teacher");
  return (
    <Card size="small" title={<h2 style={H2}>{t("result.history")}</h2>}>
      <Timeline
        style={{ paddingTop: 8 }}
        items={result.history.map((step) => ({
          key: step.at + step.to,
          content: (
            <span>
              <StatusTag of="result" state={step.to} /> <DateTime value={step.at} />
              {step.reason && (
                <Muted block style={{ margin: 0 }}>
                  {step.reason}
                </Muted>
              )}
            </span>
          ),
        }))}
      />
    </Card>
  );
}
