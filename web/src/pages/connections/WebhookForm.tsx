import { Checkbox, Flex, Form, Input } from "antd";
import { api, call, ifMatch, newIdempotencyKey, type Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { type Kind, KINDS, type Webhook } from "./words";

interface Typed {
  description: string;
  url: string;
  kinds: Kind[];
}

/** Adds a webhook, whose secret is in the answer; or changes one. */
export function WebhookForm(
  props: { onClose: () => void } & ({ of?: undefined; onMade: (made: Schemas["WebhookSecret"]) => void } | { of: Webhook; onSaved: () => void }),
) {
  const { t } = useTranslation("connections");
  const { t: common } = useTranslation();
  const fields = (
    <>
      <Form.Item name="description" label={t("description")} extra={t("descriptionHelp")}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="url" label={t("url")} extra={t("urlHelp")} rules={[{ required: true, whitespace: true, message: common("problem.field.required") }]}>
        <Input inputMode="url" maxLength={500} placeholder="https://hooks.example.cn/kepu" autoComplete="off" />
      </Form.Item>
      <Form.Item name="kinds" label={t("kinds")} rules={[{ type: "array", min: 1, message: t("kindsMissing") }]}>
        <Checkbox.Group>
          <Flex vertical gap={4}>
            {KINDS.map((kind) => (
              <Checkbox key={kind} value={kind}>
                {t(`kind.${kind}`)}
              </Checkbox>
            ))}
          </Flex>
        </Checkbox.Group>
      </Form.Item>
    </>
  );
  if (props.of === undefined)
    return (
      <FormModal<Typed, Schemas["WebhookSecret"]>
        title={t("webhooks.add")}
        okText={t("webhooks.add")}
        initial={{ description: "", url: "", kinds: ["ledger_entry.booked"] }}
        send={(body) => call(api.POST("/api/v1/webhooks", { params: { header: { "Idempotency-Key": newIdempotencyKey() } }, body }))}
        onDone={props.onMade}
        onClose={props.onClose}
      >
        {fields}
      </FormModal>
    );
  const { of, onSaved } = props;
  const path = { id: of.id };
  return (
    <FormModal<Typed, Webhook>
      title={t("edit")}
      okText={common("action.save")}
      initial={{ description: of.description, url: of.url, kinds: of.kinds }}
      send={(body, version) => call(api.PATCH("/api/v1/webhooks/{id}", { params: { path, header: ifMatch(version ?? of.version) }, body }))}
      newest={async () => {
        const now = await call(api.GET("/api/v1/webhooks/{id}", { params: { path } }));
        return { version: now.version, values: { description: now.description, url: now.url, kinds: now.kinds } };
      }}
      labels={{ description: t("description"), url: t("url"), kinds: t("kinds") }}
      onDone={onSaved}
      onClose={props.onClose}
    >
      {fields}
    </FormModal>
  );
}
