import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Form, Input, Select } from "antd";
import { useState } from "react";
import { api, call } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { type Field, FIELDS } from "./words";
import { Works } from "./Works";

/** The works that one's own organization shows on the market. */
export function OwnWorks({ id }: { id: string }) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { message, modal } = App.useApp();
  const [adds, setAdds] = useState(false);
  const { data, error, refetch } = useQuery(getQuery("/api/v1/market", { params: { query: { organization_id: id, limit: 1 } } }));
  const remove = useMutation({
    mutationFn: (work_id: string) => call(api.DELETE("/api/v1/organizations/{id}/works/{work_id}", { params: { path: { id, work_id } } })),
    onSuccess: () => {
      message.success(t("market.takenOff"));
      return invalidate("/api/v1/market");
    },
  });
  const works = data?.items[0]?.works ?? [];
  return (
    <>
      <h2 style={{ fontSize: 18, margin: "24px 0 12px" }}>{t("market.own")}</h2>
      <Card size="small">
        <ProblemAlert error={error ?? remove.error} retry={refetch} />
        {data && works.length === 0 && <Muted block>{t("market.none")}</Muted>}
        <Works
          works={works}
          onRemove={(work) =>
            modal.confirm({
              title: t("market.takeOffOf", { title: work.title }),
              okText: t("market.takeOff"),
              okButtonProps: { danger: true },
              cancelText: common("action.cancel"),
              onOk: () => remove.mutateAsync(work.id).catch(() => {}),
            })
          }
        />
        <Button style={{ marginTop: 12 }} onClick={() => setAdds(true)}>
          {t("market.show")}
        </Button>
      </Card>
      {adds && (
        <FormModal<{ title: string; summary?: string; field?: Field; link?: string }, unknown>
          title={t("market.show")}
          okText={t("market.show")}
          initial={{ title: "" }}
          send={(values) =>
            call(
              api.POST("/api/v1/organizations/{id}/works", {
                params: { path: { id }, header: key.header },
                body: { title: values.title, summary: values.summary ?? "", field: values.field ?? null, link: values.link ?? "" },
              }),
            )
          }
          onDone={() => {
            key.renew();
            message.success(t("market.shown"));
            void invalidate("/api/v1/market");
            setAdds(false);
          }}
          onClose={() => setAdds(false)}
        >
          <Form.Item name="title" label={t("market.work")} rules={[{ required: true, whitespace: true, message: common("problem.field.required") }]}>
            <Input maxLength={120} autoFocus />
          </Form.Item>
          <Form.Item name="field" label={t("market.field")}>
            <Select allowClear options={FIELDS.map((value) => ({ value, label: t(`fields.${value}`) }))} />
          </Form.Item>
          <Form.Item name="summary" label={t("market.summary")}>
            <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} />
          </Form.Item>
          <Form.Item name="link" label={t("market.link")} extra={t("market.linkHelp")}>
            <Input maxLength={400} inputMode="url" />
          </Form.Item>
        </FormModal>
      )}
    </>
  );
}
