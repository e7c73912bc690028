import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Card, DatePicker, Flex, Form, Select, Segmented, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { WideTable } from "@/ui/WideTable";
import { download, toCsv } from "@/ui/csv";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { UploadArea } from "@/ui/UploadArea";
import { CompetitionSelect } from "../pick";
import { CONTEST_LEVELS, useResultWords } from "./words";

interface Values {
  competition_id: string;
  achieved_on?: Dayjs;
  contest_level?: string;
}
const KINDS = ["matched", "ambiguous", "unmatched", "refused", "exists"] as const;
const COLOURS = { matched: "success", exists: "default", ambiguous: "warning", unmatched: "warning", refused: "error" } as const;

/** An organizer's list: first what would become of each row, then it is entered. Another account verifies. */
export function Component() {
  const { t } = useTranslation("district");
  const words = useResultWords();
  const say = useProblemText();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const [form] = Form.useForm<Values>();
  const [files, setFiles] = useState<File[]>([]);
  const [noFile, setNoFile] = useState(false);
  const [rest, setRest] = useState<unknown>();
  const [answer, setAnswer] = useState<Schemas["MatchAnswer"]>();

  const match = useMutation({
    mutationFn: ({ values, dry_run }: { values: Values; dry_run: boolean }) => {
      const body = new FormData();
      if (files[0]) body.append("file", files[0]);
      return call(
        api.POST("/api/v1/results/match", {
          params: {
            query: {
              competition_id: values.competition_id,
              ...(values.achieved_on && { achieved_on: values.achieved_on.format("YYYY-MM-DD") }),
              ...(values.contest_level && { contest_level: values.contest_level }),
              dry_run,
            },
            ...(!dry_run && { header: key.header }),
          },
          body: body as unknown as { file: string },
          bodySerializer: (sent) => sent as unknown as FormData,
        }),
      );
    },
    onMutate: () => setRest(undefined),
    onSuccess: (done) => {
      setAnswer(done);
      if (!done.dry_run) {
        key.renew();
        void invalidate("/api/v1/results");
      }
    },
    onError: (error) => {
      const { placed, rest: left } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || left.length > 0) setRest(error);
    },
  });
  const send = (dry_run: boolean) => {
    setNoFile(files.length === 0);
    if (files.length > 0) match.mutate({ values: form.getFieldsValue(), dry_run });
  };
  const template = () =>
    download(t("match.templateName"), new Blob([toCsv([t("match.templateColumns").split("|"), t("match.templateRow").split("|")])], { type: "text/csv" }));

  return (
    <>
      <PageTitle lead={t("match.lead")} actions={<Button onClick={template}>{t("match.template")}</Button>}>
        {t("match.title")}
      </PageTitle>
      <Card style={{ marginBottom: 16 }}>
        {rest !== undefined && <ProblemAlert error={rest} />}
        <Form
          form={form}
          layout="vertical"
          initialValues={{ competition_id: undefined, achieved_on: undefined, contest_level: undefined }}
          onValuesChange={() => setAnswer(undefined)}
          onFinish={() => send(true)}
        >
          <div style={{ display: "grid", gap: "0 16px", gridTemplateColumns: "repeat(auto-fit, minmax(min(240px, 100%), 1fr))" }}>
            <Form.Item name="competition_id" label={t("filter.competition")} rules={[{ required: true, message: t("match.competitionMissing") }]}>
              <CompetitionSelect width="100%" />
            </Form.Item>
            <Form.Item name="achieved_on" label={t("results.day")} extra={t("match.forRowsWithout")}>
              <DatePicker style={{ width: "100%" }} />
            </Form.Item>
            <Form.Item name="contest_level" label={t("results.level")} extra={t("match.forRowsWithout")}>
              <Select allowClear options={CONTEST_LEVELS.map((value) => ({ value, label: words.level(value) }))} />
            </Form.Item>
          </div>
          <UploadArea
            files={files}
            onChange={(chosen) => {
              setFiles(chosen);
              setAnswer(undefined);
              setNoFile(false);
            }}
            accept=".xlsx,.csv"
            types="XLSX, CSV"
            maxBytes={10 << 20}
          />
          {noFile && <Alert type="error" role="alert" title={t("match.fileMissing")} style={{ marginTop: 8 }} />}
          <Button htmlType="submit" type={answer ? "default" : "primary"} loading={match.isPending && match.variables.dry_run} style={{ marginTop: 16 }}>
            {t("match.try")}
          </Button>
        </Form>
      </Card>
      {answer && <Outcome answer={answer} />}
      {answer?.dry_run && answer.matched > 0 && (
        <Flex gap={12} wrap align="center" style={{ marginTop: 16 }}>
          <Button type="primary" loading={match.isPending && !match.variables.dry_run} onClick={() => send(false)}>
            {t("match.enter", { count: answer.matched })}
          </Button>
          {answer.left > 0 && <span>{t("match.leftOut", { count: answer.left })}</span>}
        </Flex>
      )}
      {answer && !answer.dry_run && (
        <Button style={{ marginTop: 16 }} onClick={() => navigate("/district/results?state=submitted&sort=-submitted")}>
          {t("match.toResults")}
        </Button>
      )}
    </>
  );
}

function Outcome({ answer }: { answer: Schemas["MatchAnswer"] }) {
  const { t } = useTranslation("district");
  const [only, setOnly] = useState<string>("");
  const number = (kind: string) => answer.outcomes.filter((row) => row.outcome === kind).length;
  const rows = answer.outcomes.filter((row) => only === "" || row.outcome === only);
  return (
    <section aria-label={t("match.outcome")}>
      <Alert
        type={answer.dry_run ? "info" : "success"}
        showIcon
        style={{ marginBottom: 12 }}
        title={answer.dry_run ? t("match.wouldMatch", { count: answer.matched }) : t("match.entered", { count: answer.matched })}
      />
      <Segmented
        aria-label={t("match.outcome")}
        value={only}
        onChange={setOnly}
        style={{ marginBottom: 12, maxWidth: "100%", overflowX: "auto" }}
        options={[
          { value: "", label: t("match.all", { count: answer.outcomes.length }) },
          ...KINDS.filter((kind) => number(kind) > 0).map((kind) => ({ value: kind, label: `${t(`match.kind.${kind}`)} ${number(kind)}` })),
        ]}
      />
      <WideTable
        aria-label={t("match.outcome")}
        rowKey="row"
        dataSource={rows}
        pagination={rows.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        columns={[
          { title: t("match.row"), dataIndex: "row", align: "right" },
          { title: t("col.status"), render: (_, row) => <Tag color={COLOURS[row.outcome]}>{t(`match.kind.${row.outcome}`)}</Tag> },
          { title: t("col.person"), render: (_, row) => row.person_id && <PersonLink id={row.person_id} name={t("match.openPerson")} /> },
          { title: t("match.detail"), dataIndex: "detail" },
        ]}
      />
    </section>
  );
}
