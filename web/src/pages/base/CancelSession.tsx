import { useMutation } from "@tanstack/react-query";
import { App, Form, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call, ifMatch } from "@/api/client";
import { type FieldError, isProblem } from "@/api/problem";
import { useInvalidate } from "@/api/query";
import { useLanguage } from "@/i18n/useText";
import { Conflict } from "@/ui/Conflict";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { formatTime } from "@/ui/time";
import type { SessionRow } from "./guests";

/** The session does not take place; those who wanted to come read why. */
export default function CancelSession({ session, onClose }: { session: SessionRow; onClose: () => void }) {
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const { language } = useLanguage();
  const { message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<{ reason: string }>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const [theirs, setTheirs] = useState<SessionRow>();
  const cancel = useMutation({
    mutationFn: (version: number) =>
      call(
        api.POST("/api/v1/sessions/{id}/cancel", {
          params: { path: { id: session.id }, header: ifMatch(version) },
          body: { reason: form.getFieldValue("reason") as string },
        }),
      ),
    onMutate: () => setUnplaced(undefined),
    onSuccess: () => {
      message.success(t("cancel.done"));
      void invalidate("/api/v1/sessions", "/api/v1/public", "/api/v1/waiting");
      onClose();
    },
    onError: async (error) => {
      if (isProblem(error, "version_changed")) {
        setTheirs(await call(api.GET("/api/v1/sessions/{id}", { params: { path: { id: session.id } } })));
        return;
      }
      setTheirs(undefined);
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const state = (row: SessionRow) => common(`status.session.${row.status}`);
  const time = (row: SessionRow) => formatTime(row.starts_at, "datetime", language);
  const fields = theirs
    ? [
        { key: "day", label: t("form.starts"), theirs: time(theirs), mine: time(session), differs: theirs.starts_at !== session.starts_at },
        { key: "place", label: t("form.place"), theirs: theirs.place, mine: session.place, differs: theirs.place !== session.place },
        {
          key: "status",
          label: t("column.state"),
          theirs: state(theirs),
          mine: common("status.session.cancelled"),
          differs: theirs.status !== "cancelled",
        },
      ]
    : [];
  return (
    <Modal
      open
      title={t("cancel.title")}
      okText={t("cancel.ok")}
      okButtonProps={{ danger: true }}
      cancelText={t("cancel.back")}
      confirmLoading={cancel.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <p style={{ marginTop: 0 }}>{t("cancel.lead")}</p>
      <Form form={form} layout="vertical" initialValues={{ reason: "" }} onFinish={() => cancel.mutate(session.version)}>
        <Form.Item
          name="reason"
          label={t("cancel.reason")}
          rules={[{ required: true, whitespace: true, message: t("cancel.missing") }]}
        >
          <Input.TextArea maxLength={400} showCount autoSize={{ minRows: 2, maxRows: 5 }} />
        </Form.Item>
      </Form>
      <Conflict
        open={theirs !== undefined}
        fields={fields}
        saving={cancel.isPending}
        onKeepMine={() => theirs && cancel.mutate(theirs.version)}
        onBack={() => setTheirs(undefined)}
        onTakeTheirs={() => {
          void invalidate("/api/v1/sessions");
          onClose();
        }}
      />
    </Modal>
  );
}
