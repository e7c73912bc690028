import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Form, Modal, Select } from "antd";
import { useState } from "react";
import { api, call, ifMatch } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { type Edition, monthsOf, type Theme, useMonth, useTitle } from "./words";

const SHOWN = 20;

/** A theme goes to another month; before that it is told which sessions ahead lie outside then. */
export default function MoveTheme({ edition, theme, onClose }: { edition: Edition; theme: Theme; onClose: () => void }) {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const title = useTitle();
  const named = useNamed();
  const month = useMonth();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [to, setTo] = useState<string>();
  const preview = useQuery({
    ...getQuery("/api/v1/themes/{id}/outside", { params: { path: { id: theme.id }, query: { month: to ?? "" } } }),
    enabled: to !== undefined,
  });
  const move = useMutation({
    mutationFn: (first: string) =>
      call(api.POST("/api/v1/themes/{id}/move", { params: { path: { id: theme.id }, header: ifMatch(theme.version) }, body: { month: first } })),
    onSuccess: (moved) => {
      const where = { month: month(moved.month), count: moved.outside_count };
      message.success(moved.outside_count > 0 ? t("move.doneOutside", where) : t("move.done", where));
      void invalidate("/api/v1/editions", "/api/v1/themes");
      onClose();
    },
  });
  const seen = to !== undefined && preview.data?.month === to ? preview.data : undefined;
  return (
    <Modal
      open
      title={t("move.title", { theme: title(theme) })}
      okText={t("move.send")}
      cancelText={common("action.cancel")}
      okButtonProps={{ disabled: !seen || Boolean(seen.taken_by) }}
      confirmLoading={move.isPending}
      onOk={() => to && move.mutate(to)}
      onCancel={onClose}
    >
      <ProblemAlert error={move.error ?? preview.error} />
      <Form layout="vertical">
        <Form.Item label={t("move.to")} htmlFor="move-to">
          <Select
            id="move-to"
            value={to}
            onChange={setTo}
            options={monthsOf(edition)
              .filter((first) => first !== theme.month)
              .map((value) => ({ value, label: month(value) }))}
          />
        </Form.Item>
      </Form>
      <div aria-live="polite" aria-busy={to !== undefined && preview.isFetching}>
        {seen?.taken_by && <Alert type="error" showIcon title={t("move.taken", { theme: title(seen.taken_by) })} />}
        {seen && !seen.taken_by && seen.outside_count === 0 && <Alert type="success" showIcon title={t("move.free")} description={t("move.none")} />}
        {seen && !seen.taken_by && seen.outside_count > 0 && (
          <Alert
            type="warning"
            showIcon
            title={t("move.outside", { count: seen.outside_count })}
            description={
              <ul style={{ margin: 0, paddingInlineStart: 20 }}>
                {seen.outside.slice(0, SHOWN).map((session) => (
                  <li key={session.id}>
                    {named(session.host_name_zh, session.host_name_en)} · {named(session.activity_title_zh, session.activity_title_en)} ·{" "}
                    <DateTime value={session.starts_at} />
                  </li>
                ))}
                {seen.outside_count > SHOWN && <li>{t("move.more", { count: seen.outside_count - SHOWN })}</li>}
              </ul>
            }
          />
        )}
      </div>
    </Modal>
  );
}
