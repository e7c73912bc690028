import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, Checkbox, Flex, Form, Input, InputNumber, Select, Switch } from "antd";
import { useTranslation } from "@/i18n";
import { Day } from "../Day";
import { ANSWER_KINDS, type AnswerKind, type Field } from "../words";
import { nextKey } from "./keys";
import { useRequired } from "./useRequired";

const PATH = ["rules", "form", "fields"];
const HALF = { flex: "1 1 220px", marginBottom: 12 };

/** What an applicant is asked, question by question. */
export function FieldsEditor() {
  const { t } = useTranslation("designations");
  const form = Form.useFormInstance();
  const taken = () => ((form.getFieldValue(PATH) as Field[] | undefined) ?? []).map((one) => one?.key);
  return (
    <Form.List name={PATH}>
      {(rows, { add, remove, move }) => (
        <>
          <ol style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 12 }}>
            {rows.map((row, at) => (
              <li key={row.key}>
                <Card
                  size="small"
                  role="group"
                  aria-label={t("scheme.question", { number: at + 1 })}
                  title={t("scheme.question", { number: at + 1 })}
                  extra={
                    <Flex gap={4}>
                      <Button type="text" icon={<ArrowUpOutlined />} aria-label={t("scheme.up", { number: at + 1 })} disabled={at === 0} onClick={() => move(at, at - 1)} />
                      <Button
                        type="text"
                        icon={<ArrowDownOutlined />}
                        aria-label={t("scheme.down", { number: at + 1 })}
                        disabled={at === rows.length - 1}
                        onClick={() => move(at, at + 1)}
                      />
                      <Button type="text" icon={<DeleteOutlined />} aria-label={t("scheme.remove", { number: at + 1 })} onClick={() => remove(row.name)} />
                    </Flex>
                  }
                >
                  <Question at={row.name} />
                </Card>
              </li>
            ))}
          </ol>
          <Button
            icon={<PlusOutlined aria-hidden />}
            style={{ marginTop: 12 }}
            onClick={() => add({ key: nextKey("field", taken()), name_zh: "", required: true, answer: { kind: "text", max_length: 100 } })}
          >
            {t("scheme.addQuestion")}
          </Button>
        </>
      )}
    </Form.List>
  );
}

/** What a fresh answer of a kind looks like. */
const FRESH: Record<AnswerKind, Field["answer"]> = {
  text: { kind: "text", max_length: 100 },
  long_text: { kind: "long_text", max_length: 2000 },
  number: { kind: "number", min: 0, max: 10_000, places: 0 },
  date: { kind: "date" },
  choice: { kind: "choice", many: false, options: [{ value: "option_1", name_zh: "" }] },
  yes_no: { kind: "yes_no" },
  file: { kind: "file", max_files: 1 },
};

function Question({ at }: { at: number }) {
  const { t } = useTranslation("designations");
  const form = Form.useFormInstance();
  const required = useRequired();
  const kind = Form.useWatch([...PATH, at, "answer", "kind"], form) as AnswerKind | undefined;
  return (
    <>
      <Form.Item name={[at, "key"]} hidden>
        <Input />
      </Form.Item>
      <Flex gap={12} wrap>
        <Form.Item name={[at, "name_zh"]} label={t("scheme.questionZh")} rules={required} style={HALF}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name={[at, "name_en"]} label={t("scheme.questionEn")} style={HALF}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name={[at, "answer", "kind"]} label={t("scheme.answer")} style={{ marginBottom: 12 }}>
          <Select
            style={{ width: 150 }}
            options={ANSWER_KINDS.map((value) => ({ value, label: t(`answer.${value}`) }))}
            onChange={(next: AnswerKind) => form.setFieldValue([...PATH, at, "answer"], FRESH[next])}
          />
        </Form.Item>
      </Flex>
      {kind && <Kind at={at} kind={kind} />}
      <Flex gap={12} wrap align="end">
        <Form.Item name={[at, "help_zh"]} label={t("scheme.helpZh")} style={{ ...HALF, marginBottom: 4 }}>
          <Input maxLength={400} />
        </Form.Item>
        <Form.Item name={[at, "help_en"]} label={t("scheme.helpEn")} style={{ ...HALF, marginBottom: 4 }}>
          <Input maxLength={400} />
        </Form.Item>
        <Form.Item name={[at, "required"]} valuePropName="checked" style={{ marginBottom: 4 }}>
          <Checkbox>{t("scheme.required")}</Checkbox>
        </Form.Item>
      </Flex>
    </>
  );
}

function Kind({ at, kind }: { at: number; kind: AnswerKind }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  const own = (name: string) => [at, "answer", name];
  const number = (name: string, label: string, min?: number, max?: number) => (
    <Form.Item key={name} name={own(name)} label={label} rules={required} style={{ marginBottom: 12 }}>
      <InputNumber {...(min !== undefined && { min })} {...(max !== undefined && { max })} precision={0} style={{ width: 120 }} />
    </Form.Item>
  );
  switch (kind) {
    case "text":
      return number("max_length", t("scheme.maxLength"), 1, 400);
    case "long_text":
      return number("max_length", t("scheme.maxLength"), 1, 20_000);
    case "number":
      return (
        <Flex gap={12} wrap>
          {number("min", t("scheme.min"))}
          {number("max", t("scheme.max"))}
          {number("places", t("scheme.places"), 0, 3)}
          <Form.Item name={own("unit_zh")} label={t("scheme.unitZh")} style={{ marginBottom: 12 }}>
            <Input maxLength={20} style={{ width: 120 }} />
          </Form.Item>
          <Form.Item name={own("unit_en")} label={t("scheme.unitEn")} style={{ marginBottom: 12 }}>
            <Input maxLength={20} style={{ width: 120 }} />
          </Form.Item>
        </Flex>
      );
    case "date":
      return (
        <Flex gap={12} wrap>
          <Form.Item name={own("from")} label={t("scheme.earliest")} style={{ marginBottom: 12 }}>
            <Day />
          </Form.Item>
          <Form.Item name={own("to")} label={t("scheme.latest")} style={{ marginBottom: 12 }}>
            <Day />
          </Form.Item>
        </Flex>
      );
    case "choice":
      return <Options at={at} />;
    case "file":
      return number("max_files", t("scheme.maxFiles"), 1, 20);
    case "yes_no":
      return null;
  }
}

function Options({ at }: { at: number }) {
  const { t } = useTranslation("designations");
  const form = Form.useFormInstance();
  const required = useRequired();
  const taken = () => ((form.getFieldValue([...PATH, at, "answer", "options"]) as { value?: string }[] | undefined) ?? []).map((one) => one?.value);
  return (
    <>
      <Form.List name={[at, "answer", "options"]}>
        {(rows, { add, remove }) => (
          <div style={{ marginBottom: 12 }}>
            {rows.map((row, index) => (
              <Flex key={row.key} gap={8} wrap align="start">
                <Form.Item name={[row.name, "value"]} hidden>
                  <Input />
                </Form.Item>
                <Form.Item name={[row.name, "name_zh"]} rules={required} style={{ flex: "1 1 180px", marginBottom: 8 }}>
                  <Input aria-label={t("scheme.optionZh", { number: index + 1 })} placeholder={t("scheme.optionZh", { number: index + 1 })} maxLength={200} />
                </Form.Item>
                <Form.Item name={[row.name, "name_en"]} style={{ flex: "1 1 180px", marginBottom: 8 }}>
                  <Input aria-label={t("scheme.optionEn", { number: index + 1 })} placeholder={t("scheme.optionEn", { number: index + 1 })} maxLength={200} />
                </Form.Item>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t("scheme.removeOption", { number: index + 1 })}
                  disabled={rows.length === 1}
                  onClick={() => remove(row.name)}
                />
              </Flex>
            ))}
            <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => add({ value: nextKey("option", taken()), name_zh: "" })}>
              {t("scheme.addOption")}
            </Button>
          </div>
        )}
      </Form.List>
      <Form.Item name={[at, "answer", "many"]} label={t("scheme.multiple")} valuePropName="checked" layout="horizontal" style={{ marginBottom: 12 }}>
        <Switch />
      </Form.Item>
    </>
  );
}
