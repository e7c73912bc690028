import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex, Form, Input, Tag } from "antd";
import { useState } from "react";
import { api, call, newIdempotencyKey, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { useSaveFile } from "@/ui/saveFile";
import { useRequired } from "../scheme/useRequired";
import { uploadFile } from "../upload";

type Renewal = Schemas["RenewalView"];

interface Props {
  designation: Schemas["DesignationView"];
  /** May speak for the holder, on a day on which it may be renewed. */
  asks: boolean;
  /** May answer for the authority. */
  answers: boolean;
  /** Opens the renewal itself. */
  onRenew: () => void;
}

const COLOURS = { asked: "processing", granted: "success", refused: "error" } as const;

/** What the holder asked for, and what became of it. Holder and authority see it. */
export default function Renewals({ designation: row, asks, answers, onRenew }: Props) {
  const { t } = useTranslation("designations");
  const say = useProblemText();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const files = useSaveFile();
  const [asked, setAsked] = useState<"ask" | Renewal>();
  const { data, error, refetch } = useQuery(getQuery("/api/v1/designations/{id}/renewals", { params: { path: { id: row.id } } }));
  const waits = data?.items.some((one) => one.state === "asked") ?? false;
  const done = () => {
    setAsked(undefined);
    message.success(t("saved"));
    void invalidate("/api/v1/designations", "/api/v1/renewals", "/api/v1/reminders");
  };
  if (data && data.items.length === 0 && !asks) return null;
  return (
    <Card title={<h2 style={{ fontSize: 17, margin: 0 }}>{t("renewals.title")}</h2>}>
      <ProblemAlert error={error} retry={refetch} />
      <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 14 }}>
        {data?.items.map((one) => (
          <li key={one.id}>
            <Flex gap={8} wrap align="center">
              <Tag color={COLOURS[one.state as keyof typeof COLOURS] ?? "default"} style={{ margin: 0 }}>
                {t(`renewals.state.${one.state}` as "renewals.state.asked")}
              </Tag>
              <Muted>
                <DateTime value={one.asked_on} style="date" />
              </Muted>
            </Flex>
            <p style={{ margin: "6px 0", whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{one.text}</p>
            {one.file_name && (
              <Button
                type="link"
                style={{ padding: 0, whiteSpace: "normal", height: "auto", textAlign: "start" }}
                disabled={files.busy}
                onClick={() => void files.save(`/api/v1/designations/${row.id}/renewals/${one.id}/file`, one.file_name ?? "")}
              >
                {one.file_name}
              </Button>
            )}
            {one.state === "refused" && (
              <p style={{ margin: "6px 0 0" }}>
                {t("renewals.because")} {one.reason}
              </p>
            )}
            {one.state === "asked" && answers && (
              <Flex gap={8} wrap style={{ marginTop: 8 }}>
                <Button type="primary" onClick={onRenew}>
                  {t("renewals.grant")}
                </Button>
                <Button danger onClick={() => setAsked(one)}>
                  {t("renewals.refuse")}
                </Button>
              </Flex>
            )}
          </li>
        ))}
      </ul>
      {asks && !waits && data && (
        <>
          <p style={{ marginTop: data.items.length > 0 ? 14 : 0 }}>{t("renewals.mayAsk")}</p>
          <Button type="primary" onClick={() => setAsked("ask")}>
            {t("renewals.ask")}
          </Button>
        </>
      )}
      {asked === "ask" && (
        <Ask
          id={row.id}
          onClose={() => setAsked(undefined)}
          onDone={(lost) => {
            done();
            if (lost) message.error(t("renewals.fileLost", { why: say.whole(lost) }), 10);
          }}
        />
      )}
      {asked && asked !== "ask" && (
        <FormModal<{ reason: string }, Renewal>
          title={t("renewals.refuse")}
          okText={t("renewals.refuse")}
          danger
          lead={t("renewals.refuseLead")}
          initial={{}}
          onClose={() => setAsked(undefined)}
          onDone={done}
          send={(body) =>
            call(api.POST("/api/v1/designations/{id}/renewals/{renewal_id}/refuse", { params: { path: { id: row.id, renewal_id: asked.id } }, body }))
          }
        >
          <Reason />
        </FormModal>
      )}
    </Card>
  );
}

function Reason() {
  const { t } = useTranslation("designations");
  const required = useRequired();
  return (
    <Form.Item name="reason" label={t("reason")} rules={required.map((rule) => ({ ...rule, whitespace: true }))}>
      <Input.TextArea rows={3} maxLength={400} />
    </Form.Item>
  );
}

/** The holder says why it should go on, with a file if that helps. What was asked stays, even if the file is lost on its way. */
function Ask({ id, onDone, onClose }: { id: string; onDone: (lost?: unknown) => void; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  const key = useIdempotencyKey();
  const [file, setFile] = useState<File>();
  return (
    <FormModal<{ text: string }, unknown>
      title={t("renewals.ask")}
      okText={t("renewals.send")}
      lead={t("renewals.askLead")}
      initial={{}}
      onClose={onClose}
      onDone={onDone}
      send={async ({ text }) => {
        const made = await call(api.POST("/api/v1/designations/{id}/renewals", { params: { path: { id }, header: key.header }, body: { text } })).finally(key.renew);
        if (!file) return undefined;
        try {
          await uploadFile(`/api/v1/designations/${id}/renewals/${made.id}/file`, file, newIdempotencyKey(), () => undefined);
          return undefined;
        } catch (error) {
          return error;
        }
      }}
    >
      <Form.Item name="text" label={t("renewals.text")} rules={required.map((rule) => ({ ...rule, whitespace: true }))}>
        <Input.TextArea rows={5} maxLength={2000} />
      </Form.Item>
      <Form.Item label={t("renewals.file")} htmlFor="renewal-file" extra={t("renewals.fileHelp")}>
        <input id="renewal-file" type="file" accept=".pdf,.ofd,image/*" onChange={(event) => setFile(event.target.files?.[0])} />
      </Form.Item>
    </FormModal>
  );
}
