import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Descriptions, Flex, Tag } from "antd";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api, call } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useAccess } from "@/pages/district/access";
import { DateTime } from "@/ui/DateTime";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { Deliveries } from "./Deliveries";
import { ResendFailed } from "./ResendFailed";
import { Secret } from "./Secret";
import { State } from "./State";
import type { Webhook } from "./words";
import { WebhookForm } from "./WebhookForm";

/** While something waits, it is looked again in so many milliseconds. */
const AGAIN = 3000;

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("connections");
  const { official } = useAccess();
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/webhooks/{id}", { params: { path: { id } } }),
    refetchInterval: ({ state }) => state.data?.state === "active" && state.data.waiting > 0 && AGAIN,
  });
  if (isPending) return <PageSkeleton />;
  if (!data)
    return (
      <>
        <PageTitle>{t("one")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  return (
    <>
      <PageTitle before={<State of={data} />} actions={official && <Actions of={data} />}>
        {data.description || t("webhooks.untitled")}
      </PageTitle>
      <Why of={data} />
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2, xl: 4 }}
        style={{ marginBottom: 16 }}
        items={[
          { key: "url", label: t("url"), span: "filled", children: <span style={{ overflowWrap: "anywhere" }}>{data.url}</span> },
          {
            key: "kinds",
            label: t("kinds"),
            span: "filled",
            children: (
              <Flex gap={4} wrap>
                {data.kinds.map((kind) => (
                  <Tag key={kind}>{t(`kind.${kind}`)}</Tag>
                ))}
              </Flex>
            ),
          },
          { key: "waiting", label: t("waiting"), children: data.waiting },
          { key: "failed", label: t("failed"), children: data.failed },
          { key: "created", label: t("created"), children: <DateTime value={data.created_at} style="date" /> },
        ]}
      />
      <Deliveries of={data} manages={official} every={data.waiting > 0 && data.state === "active" ? AGAIN : false} />
    </>
  );
}

/** Why it does not run as it should, and what is to be known beside that. */
function Why({ of }: { of: Webhook }) {
  const { t } = useTranslation("connections");
  const said = (key: string, type: "info" | "warning" | "error", title: string, at?: string | null) => (
    <Alert key={key} type={type} showIcon style={{ marginBottom: 12 }} title={at ? <>{title} <DateTime value={at} /></> : title} />
  );
  return (
    <>
      {of.state === "paused" && said("paused", "info", t("why.paused"))}
      {of.state === "disabled" && said("disabled", "error", t(of.disabled_why === "gone" ? "why.gone" : "why.unreachable"))}
      {of.failing_since && said("failing", "warning", t("why.failing"), of.failing_since)}
      {of.quiet_until && said("quiet", "info", t("why.quiet"), of.quiet_until)}
      {of.old_secret_until && said("old", "info", t("why.old"), of.old_secret_until)}
    </>
  );
}

function Actions({ of }: { of: Webhook }) {
  const { t } = useTranslation("connections");
  const { t: common } = useTranslation();
  const { message, modal } = App.useApp();
  const say = useProblemText();
  const go = useNavigate();
  const invalidate = useInvalidate();
  const [open, setOpen] = useState<"edit" | "resend">();
  const [secret, setSecret] = useState<string>();
  const params = { params: { path: { id: of.id } } };
  const read = () => invalidate("/api/v1/webhooks");
  const step = useMutation({
    mutationFn: async (what: "pause" | "resume" | "ping") => {
      if (what === "pause") await call(api.POST("/api/v1/webhooks/{id}/pause", params));
      if (what === "resume") await call(api.POST("/api/v1/webhooks/{id}/resume", params));
      if (what === "ping") await call(api.POST("/api/v1/webhooks/{id}/ping", params));
      return what;
    },
    onSuccess: (what) => message.success(t(({ pause: "paused", resume: "resumed", ping: "pinged" } as const)[what])),
    onError: (error) => message.error(say.whole(error)),
    onSettled: read,
  });
  const ask = (title: string, content: string, danger: boolean, act: () => Promise<unknown>) =>
    modal.confirm({
      title,
      content,
      okText: title,
      okButtonProps: { danger },
      cancelText: common("action.cancel"),
      onOk: () => act().catch((error: unknown) => message.error(say.whole(error))),
    });
  const rotate = async () => {
    const made = await call(api.POST("/api/v1/webhooks/{id}/secret", params));
    setSecret(made.secret);
    await read();
  };
  const remove = async () => {
    await call(api.DELETE("/api/v1/webhooks/{id}", params));
    message.success(t("removed"));
    await go("/connections");
    await read();
  };
  return (
    <>
      {of.state === "active" && (
        <Button type="primary" loading={step.isPending && step.variables === "ping"} onClick={() => step.mutate("ping")}>
          {t("ping")}
        </Button>
      )}
      {of.state === "active" ? (
        <Button loading={step.isPending && step.variables === "pause"} onClick={() => step.mutate("pause")}>
          {t("pause")}
        </Button>
      ) : (
        <Button type="primary" loading={step.isPending && step.variables === "resume"} onClick={() => step.mutate("resume")}>
          {t("resume")}
        </Button>
      )}
      {of.failed + of.waiting > 0 && <Button onClick={() => setOpen("resend")}>{t("resendFailed")}</Button>}
      <Button onClick={() => setOpen("edit")}>{t("edit")}</Button>
      <Button onClick={() => void ask(t("secret.rotate"), t("secret.rotateAsk"), false, rotate)}>{t("secret.rotate")}</Button>
      <Button danger onClick={() => void ask(t("remove"), t("removeAsk"), true, remove)}>
        {t("remove")}
      </Button>
      {open === "edit" && (
        <WebhookForm
          of={of}
          onClose={() => setOpen(undefined)}
          onSaved={() => {
            setOpen(undefined);
            message.success(t("saved"));
            void read();
          }}
        />
      )}
      {open === "resend" && <ResendFailed of={of} onClose={() => setOpen(undefined)} />}
      {secret && <Secret secret={secret} onClose={() => setSecret(undefined)} />}
    </>
  );
}
