import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Form, Input, Upload } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { useNavigate } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useAddress } from "@/ui/useAddress";

export function Component() {
  const [{ from }] = useAddress("from");
  const { data, isPending } = useQuery({
    ...getQuery("/api/v1/policies/{id}", { params: { path: { id: from ?? "" } } }),
    enabled: from !== undefined,
  });
  if (from !== undefined && isPending) return <PageSkeleton rows={12} />;
  return <Editor key={from ?? ""} start={data?.document ?? ""} />;
}

function Editor({ start }: { start: string }) {
  const { t } = useTranslation("district");
  const { lang } = useLanguage();
  const navigate = useNavigate();
  const { message, modal } = App.useApp();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const area = useRef<TextAreaRef>(null);
  const [document, setDocument] = useState(start);
  const [checked, setChecked] = useState<{ document: string; answer: Schemas["PolicyCheck"] }>();
  const check = useMutation({
    mutationFn: () => call(api.POST("/api/v1/policies/check", { params: { query: { lang } }, body: { document } })),
    onSuccess: (answer) => setChecked({ document, answer }),
  });
  const publish = useMutation({
    mutationFn: () => call(api.POST("/api/v1/policies", { params: { query: { lang }, header: key.header }, body: { document } })),
    onSuccess: (made) => {
      key.renew();
      message.success(t("publish.done"));
      void invalidate("/api/v1/policies");
      navigate(`/district/policies/${made.id}`);
    },
  });
  const fresh = checked?.document === document ? checked.answer : undefined;
  const goTo = (line: number) => {
    const field = area.current?.resizableTextArea?.textArea;
    if (!field) return;
    const lines = document.split("\n");
    const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    field.focus();
    field.setSelectionRange(at, at + (lines[line - 1]?.length ?? 0));
    field.scrollTop = Math.max(0, (line - 5) * (field.scrollHeight / Math.max(1, lines.length)));
  };
  const sure = () =>
    modal.confirm({
      title: t("publish.sure"),
      content: t("publish.sureLead"),
      okText: t("publish.publish"),
      onOk: () => publish.mutateAsync().catch(() => undefined),
    });
  return (
    <>
      <PageTitle lead={t("publish.lead")}>{t("publish.title")}</PageTitle>
      <ProblemAlert error={check.error ?? publish.error} />
      <div style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(auto-fit, minmax(min(460px, 100%), 1fr))", alignItems: "start" }}>
        <Card>
          <Form layout="vertical" onFinish={() => check.mutate()}>
            <Form.Item label={t("publish.document")} htmlFor="document" extra={t("publish.documentLead")}>
              <Input.TextArea
                id="document"
                ref={area}
                value={document}
                onChange={(event) => setDocument(event.target.value)}
                rows={24}
                spellCheck={false}
                style={{ fontFamily: "monospace", fontSize: 13, whiteSpace: "pre", overflowX: "auto" }}
              />
            </Form.Item>
            <Flex gap={8} wrap>
              <Button htmlType="submit" type={fresh?.ok ? "default" : "primary"} disabled={document.trim() === ""} loading={check.isPending}>
                {t("publish.check")}
              </Button>
              <Upload
                accept=".yaml,.yml"
                showUploadList={false}
                beforeUpload={(file) => {
                  void file.text().then(setDocument);
                  return false;
                }}
              >
                <Button>{t("publish.file")}</Button>
              </Upload>
              <Button type={fresh?.ok ? "primary" : "default"} disabled={!fresh?.ok} loading={publish.isPending} onClick={sure}>
                {t("publish.publish")}
              </Button>
            </Flex>
          </Form>
        </Card>
        <div aria-live="polite">
          {!fresh && <Alert type="info" title={checked ? t("publish.changed") : t("publish.notChecked")} />}
          {fresh?.ok && <Alert type="success" showIcon title={t("publish.ok", { count: fresh.cases })} />}
          {fresh && fresh.problems.length > 0 && (
            <Card title={<h2 style={{ margin: 0, fontSize: 16 }}>{t("publish.problems", { count: fresh.problems.length })}</h2>}>
              <ol style={{ margin: 0, paddingInlineStart: 20, display: "grid", gap: 12 }}>
                {fresh.problems.map((problem) => (
                  <li key={`${problem.line}-${problem.path}-${problem.code}`}>
                    <Button type="link" style={{ padding: 0, height: "auto" }} onClick={() => goTo(problem.line)}>
                      {t("publish.line", { line: problem.line })}
                    </Button>{" "}
                    <code>{problem.path}</code>
                    <div>{problem.message}</div>
                    {problem.help && <div>{problem.help}</div>}
                  </li>
                ))}
              </ol>
            </Card>
          )}
          {fresh && fresh.failed_cases.length > 0 && (
            <Card style={{ marginTop: 12 }} title={<h2 style={{ margin: 0, fontSize: 16 }}>{t("publish.failedCases", { count: fresh.failed_cases.length })}</h2>}>
              {fresh.failed_cases.map((one) => (
                <div key={one.name} style={{ marginBottom: 12 }}>
                  <strong>{one.name}</strong>
                  <ul style={{ margin: 0, paddingInlineStart: 20 }}>
                    {one.differences.map((line) => (
                      <li key={line}>{line}</li>
                    ))}
                  </ul>
                </div>
              ))}
            </Card>
          )}
        </div>
      </div>
    </>
  );
}
