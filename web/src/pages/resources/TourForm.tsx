import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, DatePicker, Drawer, Flex, Form, Input, InputNumber } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { type FieldError, isProblem } from "@/api/problem";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { OrganizationSelect } from "@/pages/district/pick";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { formatTime, today } from "@/ui/time";
import type { Resource } from "./words";

interface Stop {
  organization_id?: string;
  first_day?: Dayjs;
  last_day?: Dayjs;
}
interface Values {
  name: string;
  start?: Dayjs;
  stay: number;
  travel: number;
  stops: Stop[];
}

const DAY = "YYYY-MM-DD";

/** Plans a tour: the resource visits organizations in turn, all of them or none. */
export default function TourForm({ resource, onClose }: { resource: Resource; onClose: () => void }) {
  const { t } = useTranslation("resources");
  const { t: common } = useTranslation();
  const { language } = useLanguage();
  const phone = usePhone();
  const say = useProblemText();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const [chance, setChance] = useState<string>();
  const plan = useMutation({
    mutationFn: (values: Values) =>
      call(
        api.POST("/api/v1/tours", {
          params: { header: key.header },
          body: {
            resource_id: resource.id,
            name: values.name,
            stops: values.stops.map((stop) => ({
              organization_id: stop.organization_id ?? "",
              first_day: stop.first_day?.format(DAY) ?? "",
              last_day: stop.last_day?.format(DAY) ?? "",
            })),
          },
        }),
      ),
    onMutate: () => {
      setUnplaced(undefined);
      setChance(undefined);
    },
    onSuccess: (tour) => {
      key.renew();
      message.success(t("tour.done"));
      void invalidate("/api/v1/bookings", "/api/v1/resources", "/api/v1/tours");
      onClose();
      navigate(`/tours/${tour.id}`);
    },
    onError: (error) => {
      key.renew();
      if (isProblem(error, "tour_collides")) setChance(error.errors.find((one) => one.code === "next_free")?.value ?? undefined);
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      // Beside the stops it says which days are taken; above them, that nothing was booked.
      if (placed === 0 || rest.length > 0 || isProblem(error, "tour_collides")) setUnplaced({ error, rest });
    },
  });
  /** Days for all stops, one after the other. */
  const fill = () => {
    const { start, stay, travel, stops } = form.getFieldsValue();
    if (!start) return;
    form.setFieldsValue({
      stops: stops.map((stop, at) => {
        const first = start.add(at * (stay + travel), "day");
        return { ...stop, first_day: first, last_day: first.add(stay - 1, "day") };
      }),
    });
  };
  /** All stops as many days later as the first. */
  const move = (to: string) => {
    const stops = form.getFieldValue("stops") as Stop[];
    const by = dayjs(to).diff(stops[0]?.first_day, "day");
    form.setFieldsValue({
      stops: stops.map((stop) => ({
        ...stop,
        ...(stop.first_day && { first_day: stop.first_day.add(by, "day") }),
        ...(stop.last_day && { last_day: stop.last_day.add(by, "day") }),
      })),
    });
    setChance(undefined);
    setUnplaced(undefined);
  };
  const required = [{ required: true, message: common("problem.field.required") }];
  const past = (at: Dayjs) => at.format(DAY) < today();
  return (
    <Drawer
      open
      title={t("tour.title", { name: resource.title_zh })}
      size={phone ? "100%" : 620}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="end">
          <Button onClick={onClose}>{common("action.cancel")}</Button>
          <Button type="primary" loading={plan.isPending} onClick={() => form.submit()}>
            {t("tour.send")}
          </Button>
        </Flex>
      }
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      {chance && (
        <Button style={{ marginBottom: 16 }} onClick={() => move(chance)}>
          {t("tour.instead", { day: formatTime(chance, "weekday", language) })}
        </Button>
      )}
      <Form
        form={form}
        layout="vertical"
        initialValues={{ name: "", stay: 3, travel: 2, stops: [{}, {}] }}
        onFinish={(values) => plan.mutate(values)}
      >
        <Form.Item name="name" label={t("tour.name")} rules={required}>
          <Input maxLength={120} autoFocus />
        </Form.Item>
        <Flex gap={12} wrap align="end">
          <Form.Item name="start" label={t("tour.start")}>
            <DatePicker allowClear={false} disabledDate={past} />
          </Form.Item>
          <Form.Item name="stay" label={t("tour.stay")}>
            <InputNumber min={1} max={60} precision={0} style={{ width: 100 }} />
          </Form.Item>
          <Form.Item name="travel" label={t("tour.travel")}>
            <InputNumber min={0} max={60} precision={0} style={{ width: 100 }} />
          </Form.Item>
          <Form.Item>
            <Button onClick={fill}>{t("tour.fill")}</Button>
          </Form.Item>
        </Flex>
        <Form.List name="stops">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field, at) => (
                <fieldset key={field.key} style={{ border: 0, padding: 0, margin: "0 0 8px" }}>
                  <legend style={{ fontWeight: 600, marginBottom: 4 }}>{t("tour.stop", { number: at + 1 })}</legend>
                  <Flex gap={8} wrap align="end">
                    <Form.Item name={[field.name, "organization_id"]} label={t("tour.whom")} rules={required} style={{ flex: "1 1 200px" }}>
                      <OrganizationSelect width="100%" label={t("tour.whomOf", { number: at + 1 })} />
                    </Form.Item>
                    <Form.Item name={[field.name, "first_day"]} label={t("ask.first")} rules={required}>
                      <DatePicker allowClear={false} disabledDate={past} />
                    </Form.Item>
                    <Form.Item name={[field.name, "last_day"]} label={t("ask.last")} rules={required}>
                      <DatePicker allowClear={false} disabledDate={past} />
                    </Form.Item>
                    <Form.Item>
                      <Button
                        icon={<DeleteOutlined />}
                        aria-label={t("tour.remove", { number: at + 1 })}
                        disabled={fields.length <= 2}
                        onClick={() => remove(field.name)}
                      />
                    </Form.Item>
                  </Flex>
                </fieldset>
              ))}
              <Button icon={<PlusOutlined aria-hidden />} disabled={fields.length >= 100} onClick={() => add({})}>
                {t("tour.add")}
              </Button>
            </>
          )}
        </Form.List>
      </Form>
    </Drawer>
  );
}
