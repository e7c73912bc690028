import { useMutation } from "@tanstack/react-query";
import { App, DatePicker, Flex, Form, Input, Modal } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { api, call, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { useIdempotencyKey, useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import type { Host } from "@/pages/base/hosts";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { today } from "@/ui/time";

interface Values {
  title_zh: string;
  first_day: Dayjs;
  last_day?: Dayjs | null;
  aims?: string;
  name: string;
  post: string;
}

/** Proposes a pairing: signed by one's own side at once, the other one answers. */
export default function Propose({ own, to, onClose }: { own: Host; to: Schemas["PartnerMatch"]; onClose: () => void }) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const named = useNamed();
  const me = useMe();
  const say = useProblemText();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const name = named(to.name_zh, to.name_en);
  const propose = useMutation({
    mutationFn: (values: Values) =>
      call(
        api.POST("/api/v1/agreements", {
          params: { header: key.header },
          body: {
            kind: "pairing",
            title_zh: values.title_zh,
            aims: values.aims ?? "",
            proposer_id: own.id,
            parties: [to.organization_id],
            first_day: values.first_day.format("YYYY-MM-DD"),
            last_day: values.last_day?.format("YYYY-MM-DD") ?? null,
            offer: { name: values.name, post: values.post },
          },
        }),
      ),
    onMutate: () => setUnplaced(undefined),
    onSuccess: () => {
      key.renew();
      message.success(t("partners.proposed"));
      void invalidate("/api/v1/agreements", "/api/v1/partners");
      onClose();
    },
    onError: (error) => {
      const { placed, rest } = applyProblemToForm(form, error, say.field, { "offer.name": "name", "offer.post": "post" });
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const said = [{ required: true, whitespace: true, message: common("problem.field.required") }];
  const required = [{ required: true, message: common("problem.field.required") }];
  return (
    <Modal
      open
      title={t("partners.proposeTo", { name })}
      okText={t("partners.propose")}
      cancelText={common("action.cancel")}
      confirmLoading={propose.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={{
          title_zh: t("partners.pairingTitle", { one: own.name, other: name }).slice(0, 120),
          first_day: dayjs(today()),
          last_day: dayjs(today()).add(1, "year").subtract(1, "day"),
          name: me.display_name,
        }}
        onFinish={(values: Values) => propose.mutate(values)}
      >
        <Form.Item name="title_zh" label={t("field.title_zh")} rules={said}>
          <Input maxLength={120} />
        </Form.Item>
        <Flex gap={12} wrap>
          <Form.Item name="first_day" label={t("field.first_day")} rules={required} style={{ flex: 1, minWidth: 150 }}>
            <DatePicker allowClear={false} style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="last_day" label={t("field.last_day")} extra={t("form.openTerm")} style={{ flex: 1, minWidth: 150 }}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
        </Flex>
        <Form.Item name="aims" label={t("field.aims")}>
          <Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
        <Flex gap={12} wrap>
          <Form.Item name="name" label={t("step.name")} rules={said} style={{ flex: 1, minWidth: 150 }}>
            <Input maxLength={60} />
          </Form.Item>
          <Form.Item name="post" label={t("step.post")} rules={said} style={{ flex: 1, minWidth: 150 }}>
            <Input maxLength={60} autoFocus />
          </Form.Item>
        </Flex>
      </Form>
    </Modal>
  );
}
