import { useMutation } from "@tanstack/react-query";
import { App, Button, DatePicker, Drawer, Flex, Form, Input, InputNumber, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { api, call } from "@/api/client";
import { type FieldError, isProblem } from "@/api/problem";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { useHosts } from "@/pages/base/hosts";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { formatTime, today } from "@/ui/time";
import type { Resource } from "./words";

interface Values {
  organization_id: string;
  first_day: Dayjs;
  last_day: Dayjs;
  quantity: number;
  persons?: number | null;
  place?: string;
  purpose?: string;
}

const DAY = "YYYY-MM-DD";

/** Asks for a resource on some days. What is taken is said with the next days that are free, one click away. */
export default function Ask({ resource, day, onClose }: { resource: Resource; day: string | undefined; onClose: () => void }) {
  const { t } = useTranslation("resources");
  const { t: common } = useTranslation();
  const { language } = useLanguage();
  const phone = usePhone();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const askers = useHosts();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const [chances, setChances] = useState<string[]>([]);
  const ask = useMutation({
    mutationFn: (values: Values) =>
      call(
        api.POST("/api/v1/bookings", {
          params: { header: key.header },
          body: {
            resource_id: resource.id,
            organization_id: values.organization_id,
            first_day: values.first_day.format(DAY),
            last_day: values.last_day.format(DAY),
            quantity: values.quantity,
            ...(values.persons && { persons: values.persons }),
            place: values.place ?? "",
            purpose: values.purpose ?? "",
          },
        }),
      ),
    onMutate: () => {
      setUnplaced(undefined);
      setChances([]);
    },
    onSuccess: () => {
      key.renew();
      message.success(t("ask.done"));
      void invalidate("/api/v1/bookings", "/api/v1/resources");
      onClose();
    },
    onError: (error) => {
      // The next attempt is another one.
      key.renew();
      if (isProblem(error, "resource_taken")) {
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
    const length = last_day.diff(first_day, "day");
    form.setFieldsValue({ first_day: dayjs(first), last_day: dayjs(first).add(length, "day") });
    setChances([]);
    setUnplaced(undefined);
  };
  const required = [{ required: true, message: common("problem.field.required") }];
  const past = (at: Dayjs) => at.format(DAY) < today();
  return (
    <Drawer
      open
      title={t("ask.title", { name: resource.title_zh })}
      size={phone ? "100%" : 480}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="end">
          <Button onClick={onClose}>{common("action.cancel")}</Button>
          <Button type="primary" loading={ask.isPending} onClick={() => form.submit()}>
            {t("ask.send")}
          </Button>
        </Flex>
      }
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      {chances.length > 0 && (
        <section aria-label={t("ask.instead")} style={{ marginBottom: 16 }}>
          <p style={{ margin: "0 0 8px" }}>{t("ask.instead")}</p>
          <Flex gap={8} wrap>
            {chances.map((one) => (
              <Button key={one} onClick={() => take(one)}>
                {t("ask.from", { day: formatTime(one, "weekday", language) })}
              </Button>
            ))}
          </Flex>
        </section>
      )}
      <Form
        form={form}
        layout="vertical"
        initialValues={{
          organization_id: askers[0]?.id,
          quantity: 1,
          ...(day && { first_day: dayjs(day), last_day: dayjs(day) }),
        }}
        onValuesChange={(changed: Partial<Values>) => {
          const last = form.getFieldValue("last_day") as Dayjs | undefined;
          if (changed.first_day && (!last || last.isBefore(changed.first_day))) form.setFieldsValue({ last_day: changed.first_day });
        }}
        onFinish={(values) => ask.mutate(values)}
      >
        {askers.length > 1 && (
          <Form.Item name="organization_id" label={t("ask.for")} rules={required}>
            <Select options={askers.map((one) => ({ value: one.id, label: one.name }))} />
          </Form.Item>
        )}
        {askers.length <= 1 && <Form.Item name="organization_id" hidden><Input /></Form.Item>}
        <Flex gap={12} wrap>
          <Form.Item name="first_day" label={t("ask.first")} rules={required} style={{ flex: 1 }}>
            <DatePicker allowClear={false} disabledDate={past} style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item
            name="last_day"
            label={resource.comes_back ? t("ask.back") : t("ask.last")}
            rules={required}
            style={{ flex: 1 }}
          >
            <DatePicker allowClear={false} disabledDate={past} style={{ width: "100%" }} />
          </Form.Item>
        </Flex>
        <Flex gap={12} wrap>
          {resource.item_count > 1 && (
            <Form.Item name="quantity" label={t("ask.quantity", { all: resource.item_count })} rules={required}>
              <InputNumber min={1} max={resource.item_count} precision={0} style={{ width: 140 }} />
            </Form.Item>
          )}
          {resource.item_count <= 1 && <Form.Item name="quantity" hidden><InputNumber /></Form.Item>}
          <Form.Item name="persons" label={t("ask.persons")}>
            <InputNumber min={1} max={resource.capacity ?? 10_000} precision={0} style={{ width: 140 }} />
          </Form.Item>
        </Flex>
        <Form.Item name="place" label={t("ask.place")}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="purpose" label={t("ask.purpose")}>
          <Input maxLength={400} />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
