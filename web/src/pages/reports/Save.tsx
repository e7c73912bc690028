import { SaveOutlined } from "@ant-design/icons";
import { App, Button, Form, Input } from "antd";
import { useState } from "react";
import { api, call, newIdempotencyKey, type Schemas } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";

/** Keeps the report under a name, and gives its link. */
export function SaveReport({ kind, values }: { kind: Schemas["SavedKind"]; values: Record<string, string | undefined> }) {
  const { t } = useTranslation("reports");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const [open, setOpen] = useState(false);
  const query = Object.fromEntries(Object.entries(values).filter((one): one is [string, string] => Boolean(one[1])));
  return (
    <>
      <Button icon={<SaveOutlined />} onClick={() => setOpen(true)}>
        {t("save.action")}
      </Button>
      {open && (
        <FormModal<{ name: string }, Schemas["SavedReport"]>
          title={t("save.action")}
          okText={common("action.save")}
          lead={t("save.lead")}
          initial={{ name: t(`ready.${kind}`) }}
          send={({ name }) =>
            call(
              api.POST("/api/v1/saved-reports", {
                params: { header: { "Idempotency-Key": newIdempotencyKey() } },
                body: { name, kind, query },
              }),
            )
          }
          onDone={() => {
            setOpen(false);
            void invalidate("/api/v1/saved-reports");
            message.success(t("save.done"));
          }}
          onClose={() => setOpen(false)}
        >
          <Form.Item name="name" label={t("save.name")} rules={[{ required: true, whitespace: true, message: common("problem.field.required") }]}>
            <Input maxLength={80} />
          </Form.Item>
        </FormModal>
      )}
    </>
  );
}
