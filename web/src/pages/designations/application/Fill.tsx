import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Form } from "antd";
import { useEffect, useState, useSyncExternalStore } from "react";
import { api, call, ifMatch } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { formatTime } from "@/ui/time";
import { FormFields } from "../FormFields";
import type { Application, Round } from "../words";
import { Draft } from "./draft";
import { FileField } from "./FileField";

/** The form of a draft, or of what was returned. It saves itself; handing it in says what is lacking beside each field. */
export function Fill({ application, round }: { application: Application; round: Round }) {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const { language } = useLanguage();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const { fields } = round.rules.form;
  const client = useQueryClient();
  const [draft] = useState(
    () =>
      new Draft(
        application,
        (fresh) => client.setQueryData(getQuery("/api/v1/applications/{id}", { params: { path: { id: application.id } } }).queryKey, fresh),
        (errors) => form.setFields(errors.map((one) => ({ name: ["answers", one.field.replace(/^answers\./, "")], errors: [say.field(one)] }))),
      ),
  );
  const saved = useSyncExternalStore(draft.subscribe, draft.state);
  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => {
      if (draft.waits) event.preventDefault();
    };
    addEventListener("beforeunload", leave);
    return () => {
      removeEventListener("beforeunload", leave);
      void draft.flush().catch(() => undefined);
    };
  }, [draft]);
  const submit = useMutation({
    mutationFn: async () => {
      await draft.flush();
      return call(api.POST("/api/v1/applications/{id}/submit", { params: { path: { id: application.id }, header: ifMatch(draft.version) } }));
    },
    onMutate: () => setUnplaced(undefined),
    onSuccess: () => {
      message.success(t("fill.submitted"));
      return invalidate("/api/v1/applications", "/api/v1/rounds");
    },
    onError: (error) => {
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const lacking = application.wrong.map((one) => {
    const field = fields.find((two) => `answers.${two.key}` === one.field || two.key === one.field);
    return field ? named(field.name_zh, field.name_en) : one.field;
  });
  const state =
    saved.state === "saved"
      ? saved.at
        ? t("fill.savedAt", { time: formatTime(saved.at.toISOString(), "time", language) })
        : t("fill.selfSaving")
      : t(`fill.${saved.state}`);
  return (
    <Card title={<h2 style={{ fontSize: 17, margin: 0 }}>{t("fill.title")}</h2>}>
      {application.state === "returned" && (
        <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("fill.returned")} description={application.reason} />
      )}
      {unplaced && <ProblemAlert {...unplaced} />}
      {saved.state === "failed" && <ProblemAlert error={saved.error} retry={() => void draft.flush().catch(() => undefined)} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={{ answers: application.answers }}
        onValuesChange={(changed: { answers?: Record<string, unknown> }) => {
          for (const key of Object.keys(changed.answers ?? {})) form.setFields([{ name: ["answers", key], errors: [] }]);
          draft.change(changed.answers ?? {});
        }}
      >
        <FormFields
          fields={fields}
          file={(field) => (
            <FileField
              application={application}
              field={field.key}
              label={named(field.name_zh, field.name_en)}
              maxFiles={field.answer.kind === "file" ? field.answer.max_files : 1}
              changed={async () => {
                await draft.newest();
                form.setFields([{ name: ["answers", field.key], errors: [] }]);
              }}
            />
          )}
        />
      </Form>
      <Flex gap={12} wrap align="center">
        <Button type="primary" loading={submit.isPending} onClick={() => submit.mutate()}>
          {application.state === "returned" ? t("fill.submitAgain") : t("fill.submit")}
        </Button>
        <span role="status">{state}</span>
      </Flex>
      {lacking.length > 0 && (
        <p style={{ margin: "10px 0 0" }}>{t("fill.lacking", { count: lacking.length, fields: lacking.join(t("join")) })}</p>
      )}
    </Card>
  );
}
