import { useMutation } from "@tanstack/react-query";
import { App, Button, DatePicker, Flex, Form, InputNumber, Modal, Tag, TimePicker } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime, instantToWall, today, wallToInstant } from "@/ui/time";
import { addDays } from "./day";
import type { SessionRow } from "./guests";

const MOST = 100;

/** Repeats a session on other days: picked one by one, or week by week. */
export default function CopySession({ session, onClose }: { session: SessionRow; onClose: () => void }) {
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const { language } = useLanguage();
  const named = useNamed();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const wall = instantToWall(session.starts_at);
  const [days, setDays] = useState<string[]>([]);
  const [time, setTime] = useState<Dayjs>(dayjs(wall));
  const [weeks, setWeeks] = useState(4);
  const [asked, setAsked] = useState(false);
  const copy = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/sessions/{id}/copy", {
          params: { path: { id: session.id } },
          body: { starts_at: days.map((day) => wallToInstant(`${day}T${time.format("HH:mm")}`)) },
        }),
      ),
    onSuccess: (made) => {
      message.success(t("copy.done", { count: made.items.length }));
      void invalidate("/api/v1/sessions", "/api/v1/public");
      onClose();
    },
  });
  const set = (next: string[]) => {
    setAsked(false);
    setDays([...new Set(next)].toSorted().slice(0, MOST));
  };
  const weekly = () => {
    const from = days.at(-1) ?? wall.slice(0, 10);
    set([...days, ...Array.from({ length: weeks }, (_, index) => addDays(from, 7 * (index + 1)))]);
  };
  const missing = asked && days.length === 0;
  return (
    <Modal
      open
      title={t("copy.title", { title: named(session.activity_title_zh, session.activity_title_en) })}
      okText={days.length === 0 ? t("copy.ok") : t("copy.okCount", { count: days.length })}
      cancelText={common("action.cancel")}
      confirmLoading={copy.isPending}
      mask={{ closable: days.length === 0 }}
      onOk={() => (days.length === 0 ? setAsked(true) : copy.mutate())}
      onCancel={onClose}
    >
      <ProblemAlert error={copy.error} />
      <p style={{ marginTop: 0 }}>{t("copy.lead")}</p>
      <Form layout="vertical" component={false}>
        <Form.Item
          label={t("copy.days")}
          htmlFor="copy-days"
          validateStatus={missing ? "error" : ""}
          help={missing ? t("copy.missing") : undefined}
        >
          <DatePicker
            id="copy-days"
            multiple
            maxTagCount="responsive"
            value={days.map((day) => dayjs(day))}
            minDate={dayjs(addDays(today(), -366))}
            onChange={(next: Dayjs[] | null) => set((next ?? []).map((day) => day.format("YYYY-MM-DD")))}
            style={{ width: "100%" }}
          />
        </Form.Item>
        <Form.Item label={t("copy.weekly")} htmlFor="copy-weeks">
          <Flex gap={8}>
            <InputNumber
              id="copy-weeks"
              min={1}
              max={52}
              precision={0}
              value={weeks}
              onChange={(next) => setWeeks(next ?? 1)}
              suffix={t("copy.weeks")}
              style={{ width: 130 }}
            />
            <Button onClick={weekly}>{t("copy.add")}</Button>
          </Flex>
        </Form.Item>
        <Form.Item label={t("form.starts")} htmlFor="copy-time">
          <TimePicker
            id="copy-time"
            format="HH:mm"
            minuteStep={5}
            needConfirm={false}
            allowClear={false}
            value={time}
            onChange={(next) => next && setTime(next)}
          />
        </Form.Item>
      </Form>
      <Flex gap={6} wrap role="list" aria-label={t("copy.days")}>
        {days.map((day) => (
          <span role="listitem" key={day}>
            <Tag closable onClose={() => set(days.filter((other) => other !== day))}>
              {formatTime(day, "weekday", language)}
            </Tag>
          </span>
        ))}
      </Flex>
    </Modal>
  );
}
