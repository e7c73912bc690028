import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Form, Modal, Select } from "antd";
import { useState } from "react";
import { api, call, ifMatch } from "@/api/client";
import { type Answer, getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { type Edition, monthsOf, type Theme, useMonth, useTitle } from "./words";

const SHOWN = 20;

type Preview = Answer<"/api/v1/themes/{id}/outside">;
type InMonth = Omit<Preview, "swapped">;

/** A theme goes to another month, and trades with the one that is there; before that it is told which sessions ahead lie outside then. */
export default function MoveTheme({ edition, theme, onClose }: { edition: Edition; theme: Theme; onClose: () => void }) {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const title = useTitle();
  const month = useMonth();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [to, setTo] = useState<string>();
  const preview = useQuery({
    ...getQuery("/api/v1/themes/{id}/outside", { params: { path: { id: theme.id }, query: { month: to ?? "" } } }),
    enabled: to !== undefined,
  });
  const move = useMutation({
    mutationFn: (to: Preview) =>
      call(
        api.POST("/api/v1/themes/{id}/move", {
          params: { path: { id: theme.id }, header: ifMatch(theme.version) },
          body: { month: to.month, swaps_with: to.swapped?.theme.id ?? null },
        }),
      ),
    onSuccess: (moved) => {
      const count = moved.outside_count + (moved.swapped?.outside_count ?? 0);
      const where = { month: month(moved.month), count, theme: title(theme), other: moved.swapped ? title(moved.swapped.theme) : "" };
      if (moved.swapped) message.success(count > 0 ? t("move.swappedOutside", where) : t("move.swapped", where));
      else message.success(count > 0 ? t("move.doneOutside", where) : t("move.done", where));
      void invalidate("/api/v1/editions", "/api/v1/themes");
      onClose();
    },
  });
  const seen = to !== undefined && preview.data?.month === to ? preview.data : undefined;
  return (
    <Modal
      open
      title={t("move.title", { theme: title(theme) })}
      okText={t(seen?.swapped ? "move.swap" : "move.send")}
      cancelText={common("action.cancel")}
      okButtonProps={{ disabled: !seen }}
      confirmLoading={move.isPending}
      onOk={() => seen && move.mutate(seen)}
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
        {seen?.swapped && (
          <>
            <Alert
              type="info"
              showIcon
              style={{ marginBottom: 12 }}
              title={t("move.taken", { theme: title(seen.swapped.theme) })}
              description={t("move.swaps", { theme: title(seen.swapped.theme), month: month(seen.swapped.month) })}
            />
            <Outside of={seen} />
            <Outside of={seen.swapped} />
          </>
        )}
        {seen && !seen.swapped && seen.outside_count === 0 && <Alert type="success" showIcon title={t("move.free")} description={t("move.none")} />}
        {seen && !seen.swapped && seen.outside_count > 0 && <Outside of={seen} />}
      </div>
    </Modal>
  );
}

/** What a month means for the sessions ahead of a theme. */
function Outside({ of }: { of: InMonth }) {
  const { t } = useTranslation("programmes");
  const title = useTitle();
  const named = useNamed();
  const month = useMonth();
  const to = t("move.goes", { theme: title(of.theme), month: month(of.month) });
  if (of.outside_count === 0) return <Alert type="success" showIcon style={{ marginBottom: 12 }} title={to} description={t("move.none")} />;
  return (
    <Alert
      type="warning"
      showIcon
      style={{ marginBottom: 12 }}
      title={to}
      description={
        <>
          <p style={{ margin: "0 0 4px" }}>{t("move.outside", { count: of.outside_count })}</p>
          <ul style={{ margin: 0, paddingInlineStart: 20 }}>
            {of.outside.slice(0, SHOWN).map((session) => (
              <li key={session.id}>
                {named(session.host_name_zh, session.host_name_en)} · {named(session.activity_title_zh, session.activity_title_en)} ·{" "}
                <DateTime value={session.starts_at} />
              </li>
            ))}
            {of.outside_count > SHOWN && <li>{t("move.more", { count: of.outside_count - SHOWN })}</li>}
          </ul>
        </>
      }
    />
  );
}
