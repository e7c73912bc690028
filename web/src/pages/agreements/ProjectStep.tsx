import { useMutation } from "@tanstack/react-query";
import { App, DatePicker, Form, Input, Modal } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { api, call, ifMatch } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { today } from "@/ui/time";
import type { Project } from "./words";

/** What is done with a project: a step of its own, a new milestone, or one that is reached. */
export type ProjectStepKind = "complete" | "stop" | "milestone" | { reached: string; title: string };

interface Values {
  text?: string;
  title?: string;
  day?: Dayjs;
}

const DAY = "YYYY-MM-DD";

export default function ProjectStep({ row, step, onClose }: { row: Project; step: ProjectStepKind; onClose: () => void }) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const say = useProblemText();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const reached = typeof step === "object" ? step : undefined;
  const path = { id: row.id };
  const send = (values: Values): Promise<unknown> => {
    const day = values.day?.format(DAY) ?? "";
    if (typeof step === "object")
      return call(
        api.PATCH("/api/v1/projects/{id}/milestones/{milestone_id}", {
          params: { path: { ...path, milestone_id: step.reached } },
          body: { done_on: day },
        }),
      );
    if (step === "milestone")
      return call(
        api.POST("/api/v1/projects/{id}/milestones", {
          params: { path, header: key.header },
          body: { title: values.title ?? "", due_on: day },
        }),
      );
    const params = { path, header: { ...ifMatch(row.version), ...key.header } };
    const body = { text: values.text ?? "" };
    if (step === "complete") return call(api.POST("/api/v1/projects/{id}/complete", { params, body }));
    return call(api.POST("/api/v1/projects/{id}/stop", { params, body }));
  };
  const take = useMutation({
    mutationFn: send,
    onMutate: () => setUnplaced(undefined),
    onSuccess: () => {
      key.renew();
      message.success(step === "complete" || step === "stop" ? t(`project.done.${step}`) : t("project.saved"));
      void invalidate("/api/v1/projects", "/api/v1/agreements");
      onClose();
    },
    onError: (error) => {
      const names = { due_on: "day", done_on: "day", reason: "text" };
      const { placed, rest } = applyProblemToForm(form, error, say.field, names);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const required = [{ required: true, message: common("problem.field.required") }];
  const said = [{ required: true, whitespace: true, message: common("problem.field.required") }];
  const heading =
    step === "complete" ? t("project.complete") : step === "stop" ? t("project.stop") : reached ? reached.title : t("project.newMilestone");
  const action = step === "complete" ? t("project.complete") : step === "stop" ? t("project.stop") : reached ? t("project.mark") : common("action.save");
  return (
    <Modal
      open
      title={heading}
      okText={action}
      okButtonProps={{ danger: step === "stop" }}
      cancelText={common("action.cancel")}
      confirmLoading={take.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <Form form={form} layout="vertical" initialValues={{ day: dayjs(today()) }} onFinish={(values: Values) => take.mutate(values)}>
        {step === "milestone" && (
          <Form.Item name="title" label={t("project.milestone")} rules={said}>
            <Input maxLength={120} autoFocus />
          </Form.Item>
        )}
        {(step === "milestone" || reached) && (
          <Form.Item name="day" label={reached ? t("project.reached") : t("project.due")} rules={required}>
            <DatePicker allowClear={false} {...(reached && { disabledDate: (at: Dayjs) => at.format(DAY) > today() })} />
          </Form.Item>
        )}
        {(step === "complete" || step === "stop") && (
          <Form.Item name="text" label={t(step === "stop" ? "project.reason" : "project.outcome")} {...(step === "stop" && { rules: said })}>
            <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} autoFocus />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
