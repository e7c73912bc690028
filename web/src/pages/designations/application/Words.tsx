import { Form, Input } from "antd";
import { FormModal } from "@/pages/district/FormModal";
import { useRequired } from "../scheme/useRequired";

interface Props {
  title: string;
  action: string;
  lead?: string;
  label: string;
  /** What the service calls it. */
  field: "reason" | "grounds";
  optional?: boolean;
  danger?: boolean;
  send: (words: string) => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
}

/** A step that takes nothing but its reason. */
export default function Words({ title, action, lead, label, field, optional = false, danger = false, send, onDone, onClose }: Props) {
  const required = useRequired();
  return (
    <FormModal<Record<string, string | undefined>, unknown>
      title={title}
      okText={action}
      danger={danger}
      initial={{ [field]: "" }}
      {...(lead && { lead })}
      send={(values) => send(values[field] ?? "")}
      onDone={onDone}
      onClose={onClose}
    >
      <Form.Item name={field} label={label} {...(!optional && { rules: required.map((rule) => ({ ...rule, whitespace: true })) })}>
        <Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} maxLength={field === "grounds" ? 4000 : 2000} />
      </Form.Item>
    </FormModal>
  );
}
