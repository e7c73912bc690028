import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, DatePicker, Drawer, Flex, Form, Input, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import type { Host } from "@/pages/base/hosts";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { today } from "@/ui/time";
import { UploadArea } from "@/ui/UploadArea";
import { PartySelect } from "./PartySelect";
import { type Agreement, KINDS } from "./words";

interface Signed {
  organization_id?: string;
  name?: string;
  post?: string;
  on?: Dayjs;
}
interface Values {
  kind: Agreement["kind"];
  title_zh: string;
  title_en?: string;
  aims?: string;
  source?: string;
  signatures: Signed[];
  first_day: Dayjs;
  last_day?: Dayjs | null;
}

const DAY = "YYYY-MM-DD";

/** Enters an agreement that was signed on paper: by one of its parties, or by an official of the district of one. */
export default function PaperForm({ own, onClose }: { own: Host[]; onClose: () => void }) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const phone = usePhone();
  const navigate = useNavigate();
  const say = useProblemText();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [files, setFiles] = useState<File[]>([]);
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const [file] = files;
  const record = useMutation({
    mutationFn: ({ values, text }: { values: Values; text: File }) => {
      const signatures = values.signatures.map((one) => ({
        organization_id: one.organization_id ?? "",
        name: one.name ?? "",
        post: one.post ?? "",
        on: one.on?.format(DAY) ?? "",
      }));
      const agreement: Schemas["PaperAgreement"] = {
        kind: values.kind,
        title_zh: values.title_zh,
        title_en: values.title_en ?? "",
        aims: values.aims ?? "",
        source: values.source ?? "",
        signatures,
        first_day: values.first_day.format(DAY),
        last_day: values.last_day?.format(DAY) ?? null,
        // Who is a party enters it as such; others as officials.
        entered_for: own.find((one) => signatures.some(({ organization_id }) => organization_id === one.id))?.id ?? (own[0]?.id ?? null),
      };
      const body = new FormData();
      body.set("agreement", JSON.stringify(agreement));
      body.set("file", text);
      return call(
        api.POST("/api/v1/agreements/paper", {
          params: { header: key.header },
          body: { agreement, file: text.name },
          bodySerializer: () => body,
        }),
      );
    },
    onMutate: () => setUnplaced(undefined),
    onSuccess: (saved) => {
      key.renew();
      message.success(t("paper.done"));
      void invalidate("/api/v1/agreements", "/api/v1/network", "/api/v1/partners");
      onClose();
      navigate(`/agreements/${saved.id}`);
    },
    onError: (error) => {
      key.renew();
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const required = [{ required: true, message: common("problem.field.required") }];
  const said = [{ required: true, whitespace: true, message: common("problem.field.required") }];
  const kind = Form.useWatch("kind", form) ?? "strategic";
  const past = (at: Dayjs) => at.format(DAY) > today();
  return (
    <Drawer
      open
      title={t("paper.title")}
      size={phone ? "100%" : 620}
      onClose={onClose}
      mask={{ closable: false }}
      footer={
        <Flex gap={8} justify="end">
          <Button onClick={onClose}>{common("action.cancel")}</Button>
          <Button type="primary" disabled={file === undefined} loading={record.isPending} onClick={() => form.submit()}>
            {t("paper.send")}
          </Button>
        </Flex>
      }
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <p style={{ marginTop: 0 }}>{t("paper.lead")}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ kind: "strategic", signatures: [{ ...(own[0] && { organization_id: own[0].id }) }, {}], last_day: null }}
        onFinish={(values: Values) => file && record.mutate({ values, text: file })}
      >
        <Form.Item name="kind" label={t("field.kind")} rules={required}>
          <Select options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
        </Form.Item>
        <Form.Item name="title_zh" label={t("field.title_zh")} rules={said}>
          <Input maxLength={120} />
        </Form.Item>
        <Form.Item name="title_en" label={t("field.title_en")}>
          <Input maxLength={200} lang="en" />
        </Form.Item>
        <Form.List name="signatures">
          {(rows, { add, remove }) => (
            <>
              {rows.map((row, at) => (
                <fieldset key={row.key} style={{ border: "1px solid rgb(127 150 145 / 0.35)", borderRadius: 8, padding: 12, margin: "0 0 12px" }}>
                  <legend style={{ padding: "0 6px" }}>{t("form.party", { number: at + 1 })}</legend>
                  <Flex gap={8} align="start">
                    <Form.Item name={[row.name, "organization_id"]} label={t("paper.party")} rules={required} style={{ flex: 1, minWidth: 0 }}>
                      <PartySelect label={t("form.party", { number: at + 1 })} />
                    </Form.Item>
                    {rows.length > 2 && (
                      <Button
                        type="text"
                        icon={<MinusCircleOutlined aria-hidden />}
                        aria-label={t("form.remove", { number: at + 1 })}
                        onClick={() => remove(row.name)}
                      />
                    )}
                  </Flex>
                  <Flex gap={12} wrap>
                    <Form.Item name={[row.name, "name"]} label={t("step.name")} rules={said} style={{ flex: "1 1 130px" }}>
                      <Input maxLength={60} />
                    </Form.Item>
                    <Form.Item name={[row.name, "post"]} label={t("step.post")} rules={said} style={{ flex: "1 1 130px" }}>
                      <Input maxLength={60} />
                    </Form.Item>
                    <Form.Item name={[row.name, "on"]} label={t("paper.on")} rules={required}>
                      <DatePicker disabledDate={past} />
                    </Form.Item>
                  </Flex>
                </fieldset>
              ))}
              {kind !== "pairing" && rows.length < 12 && (
                <Button type="dashed" icon={<PlusOutlined aria-hidden />} style={{ marginBottom: 16 }} onClick={() => add({})}>
                  {t("form.add")}
                </Button>
              )}
            </>
          )}
        </Form.List>
        <Flex gap={12} wrap>
          <Form.Item name="first_day" label={t("field.first_day")} rules={required} style={{ flex: 1, minWidth: 150 }}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="last_day" label={t("field.last_day")} extra={t("form.openTerm")} style={{ flex: 1, minWidth: 150 }}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
        </Flex>
        <Form.Item name="aims" label={t("field.aims")}>
          <Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} />
        </Form.Item>
        <Form.Item name="source" label={t("field.source")}>
          <Input maxLength={200} />
        </Form.Item>
      </Form>
      <h2 style={{ fontSize: 15 }}>{t("paper.file")}</h2>
      <UploadArea files={files} onChange={setFiles} accept=".pdf,.ofd,.docx,image/*" types={t("page.textTypes")} maxBytes={20 << 20} />
    </Drawer>
  );
}
