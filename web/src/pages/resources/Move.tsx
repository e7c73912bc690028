import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Flex, Form, Modal } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { api, call, ifMatch } from "@/api/client";
import { type FieldError, isProblem } from "@/api/problem";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { formatTime, today } from "@/ui/time";
import type { Booking } from "./words";

interface Values {
  first_day: Dayjs;
  last_day: Dayjs;
}

const DAY = "YYYY-MM-DD";

/** Other days for a booking. Of a tour's stop it says which other stops are in the way. */
export default function Move({ row, stops = [], onClose }: { row: Booking; stops?: Booking[]; onClose: () => void }) {
  const { t } = useTranslation("resources");
  const { t: common } = useTranslation();
  const { language } = useLanguage();
  const named = useNamed();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const [met, setMet] = useState<Booking[]>([]);
  const [chances, setChances] = useState<string[]>([]);
  const move = useMutation({
    mutationFn: (values: Values) =>
      call(
        api.POST("/api/v1/bookings/{id}/move", {
          params: { path: { id: row.id }, header: ifMatch(row.version) },
          body: { first_day: values.first_day.format(DAY), last_day: values.last_day.format(DAY) },
        }),
      ),
    onMutate: () => {
      setUnplaced(undefined);
      setMet([]);
      setChances([]);
    },
    onSuccess: () => {
      message.success(t("move.done"));
      void invalidate("/api/v1/bookings", "/api/v1/resources", "/api/v1/tours");
      onClose();
    },
    onError: (error) => {
      if (isProblem(error, "resource_taken") || isProblem(error, "tour_stops_collide")) {
        setMet(stops.filter((stop) => error.errors.some((one) => one.value === stop.id)));
        setChances(error.errors.filter((one) => one.code === "next_free").map((one) => one.value ?? ""));
        setUnplaced({ error, rest: [] });
        return;
      }
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const take = (first: string) => {
    const { first_day, last_day } = form.getFieldsValue();
    form.setFieldsValue({ first_day: dayjs(first), last_day: dayjs(first).add(last_day.diff(first_day, "day"), "day") });
    setChances([]);
    setUnplaced(undefined);
  };
  const days = (of: Booking) => `${formatTime(of.first_day, "date", language)} – ${formatTime(of.last_day, "date", language)}`;
  const asker = (of: Booking) => named(of.organization_name_zh, of.organization_name_en);
  const required = [{ required: true, message: common("problem.field.required") }];
  const past = (at: Dayjs) => at.format(DAY) < today();
  return (
    <Modal
      open
      title={t("step.move")}
      okText={t("step.move")}
      cancelText={common("action.back")}
      confirmLoading={move.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      {met.length > 0 && (
        <Alert
          type="warning"
          style={{ marginBottom: 16 }}
          title={t("move.met")}
          description={
            <ul style={{ margin: 0, paddingInlineStart: 20 }}>
              {met.map((stop) => (
                <li key={stop.id}>
                  {asker(stop)} · {days(stop)}
                </li>
              ))}
            </ul>
          }
        />
      )}
      {chances.length > 0 && (
        <Flex gap={8} wrap align="center" style={{ marginBottom: 16 }}>
          {t("ask.instead")}
          {chances.map((one) => (
            <Button key={one} size="small" onClick={() => take(one)}>
              {t("ask.from", { day: formatTime(one, "weekday", language) })}
            </Button>
          ))}
        </Flex>
      )}
      <p style={{ marginTop: 0 }}>
        {asker(row)} · {days(row)}
      </p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ first_day: dayjs(row.first_day), last_day: dayjs(row.last_day) }}
        onFinish={(values) => move.mutate(values)}
      >
        <Flex gap={12} wrap>
          <Form.Item name="first_day" label={t("ask.first")} rules={required}>
            <DatePicker allowClear={false} disabledDate={past} />
          </Form.Item>
          <Form.Item name="last_day" label={t("ask.last")} rules={required}>
            <DatePicker allowClear={false} disabledDate={past} />
          </Form.Item>
        </Flex>
      </Form>
    </Modal>
  );
}
