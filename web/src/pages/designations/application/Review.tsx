import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Form, Input, InputNumber } from "antd";
import { useState } from "react";
import { api, call, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { useApplications } from "../useAll";
import type { Application, Round } from "../words";
import Words from "./Words";

type Made = Schemas["ApplicationReviewView"];

/** The own review of an application, where the account was named to review its round. */
export default function Review({ application, round }: { application: Application; round: Round }) {
  const me = useMe();
  const reviews = useQuery(getQuery("/api/v1/applications/{id}/reviews", { params: { path: { id: application.id } } }));
  const mine = useApplications({ round_id: application.round_id, to_review: true });
  const item = mine.data?.find((one) => one.id === application.id);
  // The authority reads it, too; only who was named gives points.
  if (!item || !reviews.data) return null;
  const hearing = application.second_hearing ? 2 : 1;
  const made = reviews.data.items.find((one) => one.account_id === me.account_id && one.hearing === hearing && !one.struck);
  return <Points key={made?.at ?? "new"} application={application} round={round} tie={item.tie ?? undefined} made={made} />;
}

type Score = { points?: number | null; remark?: string };
interface Values {
  scores: Record<string, Score>;
  remark?: string;
}

/** Points and remark for each criterion: Tab goes on, Enter saves; what is out of range is said at once. */
function Points({ application, round, tie, made }: { application: Application; round: Round; tie: string | undefined; made: Made | undefined }) {
  const { t } = useTranslation("designations");
  const { t: common } = useTranslation();
  const named = useNamed();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const [tying, setTying] = useState(false);
  const criteria = round.rules.criteria ?? [];
  const scores = Form.useWatch("scores", form) as Record<string, Score> | undefined;
  const sum = criteria.reduce((all, one) => all + (scores?.[one.key]?.points ?? 0), 0);
  const most = criteria.reduce((all, one) => all + one.points, 0);
  const save = useMutation({
    mutationFn: (values: Values) =>
      call(
        api.PUT("/api/v1/applications/{id}/review", {
          params: { path: { id: application.id } },
          body: {
            scores: Object.fromEntries(
              criteria.map((one) => [one.key, { points: values.scores[one.key]?.points ?? 0, remark: values.scores[one.key]?.remark ?? "" }]),
            ),
            remark: values.remark ?? "",
          },
        }),
      ),
    onMutate: () => setUnplaced(undefined),
    onSuccess: () => {
      message.success(t("review.saved"));
      return invalidate("/api/v1/applications", "/api/v1/rounds");
    },
    onError: (error) => {
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  if (tie)
    return (
      <Card title={<h2 style={{ fontSize: 17, margin: 0 }}>{t("review.title")}</h2>}>
        <Alert type="warning" showIcon title={t("review.tied")} description={t(`tie.of.${tie}` as "tie.of.declared")} />
      </Card>
    );
  return (
    <Card
      title={<h2 style={{ fontSize: 17, margin: 0 }}>{t("review.title")}</h2>}
      extra={
        !made && (
          <Button size="small" onClick={() => setTying(true)}>
            {t("tie.declare")}
          </Button>
        )
      }
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <p style={{ marginTop: 0 }}>{made ? t("review.done") : t("review.lead")}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ scores: made?.scores ?? {}, remark: made?.remark ?? "" }}
        scrollToFirstError={{ focus: true, block: "center" }}
        onFinish={(values) => save.mutate(values)}
      >
        {criteria.map((one) => {
          const name = named(one.name_zh, one.name_en);
          return (
            <Flex key={one.key} gap={12} wrap align="start" role="group" aria-label={name}>
              <Form.Item
                name={["scores", one.key, "points"]}
                label={t("review.of", { name, most: one.points })}
                style={{ marginBottom: 12, flex: "0 0 150px" }}
                validateTrigger={["onChange", "onBlur"]}
                rules={[
                  { required: true, message: common("problem.field.required") },
                  {
                    validator: (_, value: number | null | undefined) =>
                      value !== null && value !== undefined && (value < 0 || value > one.points || !Number.isInteger(value))
                        ? Promise.reject(new Error(t("review.range", { most: one.points })))
                        : Promise.resolve(),
                  },
                ]}
                {...((one.minimum ?? 0) > 0 && { extra: t("review.minimum", { minimum: one.minimum ?? 0 }) })}
              >
                <InputNumber aria-label={t("review.of", { name, most: one.points })} style={{ width: "100%" }} onPressEnter={() => form.submit()} />
              </Form.Item>
              <Form.Item name={["scores", one.key, "remark"]} label={t("review.remark")} style={{ marginBottom: 12, flex: "1 1 180px" }}>
                <Input aria-label={t("review.remarkOf", { name })} maxLength={2000} onPressEnter={() => form.submit()} />
              </Form.Item>
            </Flex>
          );
        })}
        <Form.Item name="remark" label={t("review.whole")}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={4000} />
        </Form.Item>
        <Flex gap={12} wrap align="center">
          <Button type="primary" htmlType="submit" loading={save.isPending}>
            {made ? t("review.again") : t("review.save")}
          </Button>
          <strong className="kepu-numbers" aria-live="polite">
            {t("review.sum", { sum, most })}
          </strong>
          {(round.rules.minimum ?? 0) > 0 && <Muted>{t("review.minimum", { minimum: round.rules.minimum ?? 0 })}</Muted>}
        </Flex>
      </Form>
      {tying && (
        <Words
          title={t("tie.declare")}
          action={t("tie.save")}
          lead={t("tie.lead")}
          label={t("tie.reason")}
          field="reason"
          send={(reason) => call(api.POST("/api/v1/applications/{id}/ties", { params: { path: { id: application.id } }, body: { reason } }))}
          onDone={() => {
            setTying(false);
            message.success(t("saved"));
            void invalidate("/api/v1/applications");
          }}
          onClose={() => setTying(false)}
        />
      )}
    </Card>
  );
}
