import { useMutation } from "@tanstack/react-query";
import { Form, Modal } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "@/i18n";
import { type FieldError, isProblem } from "@/api/problem";
import { Conflict } from "@/ui/Conflict";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";

interface Props<V extends object, R> {
  title: string;
  okText: string;
  initial: Partial<V>;
  children: ReactNode;
  /** Sends what was typed; `version` is the newest after a conflict. */
  send: (values: V, version?: number) => Promise<R>;
  onDone: (result: R) => void;
  onClose: () => void;
  danger?: boolean;
  lead?: ReactNode;
  /** Reads what is saved now, after somebody else was faster. */
  newest?: () => Promise<{ version: number; values: Partial<V> }>;
  /** Names the fields where both versions are shown. */
  labels?: Partial<Record<keyof V & string, string>>;
}

/** A form in a dialog: errors at their fields, nothing lost, both versions after a conflict. */
export function FormModal<V extends object, R>(props: Props<V, R>) {
  const { t } = useTranslation();
  const say = useProblemText();
  const [form] = Form.useForm<V>();
  const [wrong, setWrong] = useState<{ error: unknown; rest?: FieldError[] }>();
  const [conflict, setConflict] = useState<{ version: number; values: Partial<V>; mine: V }>();
  const send = useMutation({
    mutationFn: ({ values, version }: { values: V; version?: number }) => props.send(values, version),
    onMutate: () => setWrong(undefined),
    onSuccess: (result) => {
      setConflict(undefined);
      props.onDone(result);
    },
    onError: async (error, { values }) => {
      if (isProblem(error) && error.status === 412 && props.newest) {
        setConflict({ ...(await props.newest()), mine: values });
        return;
      }
      const { placed, rest } = applyProblemToForm(form as never, error, say.field);
      if (placed === 0 || rest.length > 0) setWrong({ error, rest });
    },
  });
  const shown = (value: unknown) => (value === null || value === undefined || value === "" ? "—" : String(value));
  return (
    <>
      <Modal
        open
        title={props.title}
        okText={props.okText}
        cancelText={t("action.cancel")}
        okButtonProps={{ danger: props.danger ?? false }}
        confirmLoading={send.isPending}
        onCancel={props.onClose}
        onOk={() => form.submit()}
        mask={{ closable: false }}
      >
        {wrong && <ProblemAlert {...wrong} />}
        {props.lead && <p style={{ marginTop: 0 }}>{props.lead}</p>}
        <Form form={form as never} layout="vertical" initialValues={props.initial} onFinish={(values: V) => send.mutate({ values })}>
          {props.children}
        </Form>
      </Modal>
      {conflict && (
        <Conflict
          open
          saving={send.isPending}
          fields={(Object.keys(props.labels ?? {}) as (keyof V & string)[]).map((key) => ({
            key,
            label: props.labels?.[key] ?? key,
            theirs: shown(conflict.values[key]),
            mine: shown(conflict.mine[key]),
            differs: shown(conflict.values[key]) !== shown(conflict.mine[key]),
          }))}
          onBack={() => setConflict(undefined)}
          onTakeTheirs={() => {
            form.setFieldsValue(conflict.values as never);
            setConflict(undefined);
          }}
          onKeepMine={() => send.mutate({ values: conflict.mine, version: conflict.version })}
        />
      )}
    </>
  );
}
