import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Drawer, Flex, Form, Input, Progress, Radio, Select, Tabs } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call, type Schemas } from "@/api/client";
import { type FieldError, isProblem } from "@/api/problem";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { PersonSelect } from "./PersonSelect";
import { useClassOptions } from "./Persons";
import { type Planned, readTeachers } from "./planned";
import type { Slip } from "./Slips";

interface Props {
  school: string;
  onClose: () => void;
  onMade: (slips: Slip[]) => void;
}

/** One account, or many at once: teachers from a list, pupils of a class. */
export function NewAccounts(props: Props) {
  const { t } = useTranslation("school");
  return (
    <Drawer open onClose={props.onClose} title={t("accounts.create")} size={520} destroyOnHidden>
      <Tabs
        items={[
          { key: "one", label: t("accounts.one"), children: <One {...props} /> },
          { key: "teachers", label: t("accounts.teachers"), children: <Teachers {...props} /> },
          { key: "class", label: t("accounts.ofClass"), children: <OfClass {...props} /> },
        ]}
      />
    </Drawer>
  );
}

interface Values {
  role: "teacher" | "student" | "guardian";
  person_id?: string;
  display_name: string;
  login: string;
}

const make = (body: Schemas["NewAccount"]) => call(api.POST("/api/v1/accounts", { body }));

function One({ school, onClose, onMade }: Props) {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const say = useProblemText();
  const [form] = Form.useForm<Values>();
  const role = Form.useWatch("role", form);
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();

  const create = useMutation({
    mutationFn: ({ role, person_id, display_name, login }: Values) =>
      make({
        login: login.trim(),
        display_name: display_name.trim(),
        grants: [role === "teacher" ? { role, organization_id: school } : { role, person_id }],
      }),
    onMutate: () => setUnplaced(undefined),
    onSuccess: ({ account, one_time_password }) => {
      onMade([{ account, password: one_time_password }]);
      onClose();
    },
    onError: (error) => {
      if (isProblem(error, "login_taken")) {
        form.setFields([{ name: "login", errors: [t("accounts.taken")] }]);
        form.scrollToField("login", { focus: true });
        return;
      }
      const { placed, rest } = applyProblemToForm(form, error, say.field, { "grants[0].person_id": "person_id" });
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{ role: "teacher", display_name: "", login: "" }}
      onFinish={(values) => create.mutate(values)}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <Form.Item name="role" label={t("accounts.role")}>
        <Radio.Group options={(["teacher", "student", "guardian"] as const).map((value) => ({ value, label: common(`role.${value}`) }))} />
      </Form.Item>
      {role !== undefined && role !== "teacher" && (
        <Form.Item
          name="person_id"
          label={t(role === "guardian" ? "accounts.childOf" : "accounts.person")}
          rules={[{ required: true, message: t("required") }]}
        >
          <PersonSelect
            school={school}
            onChange={(id, name) => {
              form.setFieldValue("person_id", id);
              if (name && !form.getFieldValue("display_name"))
                form.setFieldValue("display_name", role === "guardian" ? t("accounts.guardianOf", { name }) : name);
            }}
          />
        </Form.Item>
      )}
      <Form.Item name="display_name" label={t("accounts.name")} rules={[{ required: true, whitespace: true, message: t("required") }]}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="login"
        label={t("accounts.login")}
        extra={t("accounts.loginHelp")}
        rules={[{ required: true, whitespace: true, message: t("required") }]}
      >
        <Input maxLength={64} autoComplete="off" autoCapitalize="none" spellCheck={false} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={create.isPending}>
        {t("accounts.make")}
      </Button>
    </Form>
  );
}

/** Makes accounts one after the other; those that fail are told, the others are made. */
function useMany({ onMade }: Pick<Props, "onMade">) {
  const [done, setDone] = useState(0);
  const [failed, setFailed] = useState<{ plan: Planned; error: unknown }[]>([]);
  const run = useMutation({
    mutationFn: async (plans: Planned[]) => {
      setDone(0);
      setFailed([]);
      const slips: Slip[] = [];
      for (const plan of plans) {
        try {
          // One at a time: each costs the service a slow hash.
          // oxlint-disable-next-line no-await-in-loop
          const { account, one_time_password } = await make(plan);
          slips.push({ account, password: one_time_password });
        } catch (error) {
          setFailed((before) => [...before, { plan, error }]);
        }
        setDone((before) => before + 1);
      }
      return slips;
    },
    onSuccess: onMade,
  });
  return { run, done, failed };
}

function Outcome({ many, total }: { many: ReturnType<typeof useMany>; total: number }) {
  const { t } = useTranslation("school");
  const say = useProblemText();
  const { run, done, failed } = many;
  return (
    <>
      {run.isPending && <Progress percent={Math.floor((done / Math.max(total, 1)) * 100)} aria-label={t("accounts.making")} />}
      {run.isSuccess && run.data.length > 0 && (
        <Alert type="success" showIcon title={t("accounts.madeMany", { count: run.data.length })} style={{ marginBottom: 12 }} />
      )}
      {failed.length > 0 && (
        <Alert
          role="alert"
          type="error"
          showIcon
          title={t("accounts.failed", { count: failed.length })}
          style={{ marginBottom: 12 }}
          description={
            <ul style={{ margin: 0, paddingInlineStart: 20 }}>
              {failed.slice(0, 50).map(({ plan, error }) => (
                <li key={plan.login}>
                  {plan.display_name} ({plan.login}) {t("accounts.because", { why: isProblem(error, "login_taken") ? t("accounts.taken") : say.whole(error) })}
                </li>
              ))}
            </ul>
          }
        />
      )}
    </>
  );
}

function Teachers({ school, onMade, onClose }: Props) {
  const { t } = useTranslation("school");
  const [typed, setTyped] = useState("");
  const many = useMany({ onMade });
  const { plans, wrong } = readTeachers(typed, school);
  return (
    <Form
      layout="vertical"
      onFinish={() => many.run.mutate(plans, { onSuccess: (slips) => slips.length === plans.length && onClose() })}
    >
      <Form.Item
        label={t("accounts.list")}
        htmlFor="teachers"
        extra={t("accounts.listHelp")}
        {...(wrong.length > 0 && { validateStatus: "error" as const, help: t("accounts.listWrong", { lines: wrong.join(", ") }) })}
      >
        <Input.TextArea id="teachers" rows={8} value={typed} onChange={(event) => setTyped(event.target.value)} placeholder={t("accounts.listExample")} />
      </Form.Item>
      <Outcome many={many} total={plans.length} />
      <Button type="primary" htmlType="submit" disabled={plans.length === 0 || wrong.length > 0} loading={many.run.isPending}>
        {t("accounts.makeMany", { count: plans.length })}
      </Button>
    </Form>
  );
}

function OfClass({ onMade, onClose }: Props) {
  const { t } = useTranslation("school");
  const classes = useClassOptions();
  const [chosen, setChosen] = useState<string>();
  const [total, setTotal] = useState(0);
  const many = useMany({ onMade });
  const start = useMutation({
    mutationFn: async (id: string) => {
      const { items } = await call(api.GET("/api/v1/classes/{id}/persons", { params: { path: { id }, query: { limit: 500 } } }));
      const plans = items
        .filter((person) => person.kind === "student")
        .map((person) => ({
          login: person.number.toLowerCase(),
          display_name: person.name,
          grants: [{ role: "student", person_id: person.id }],
        }));
      setTotal(plans.length);
      const slips = await many.run.mutateAsync(plans);
      if (slips.length === plans.length) onClose();
    },
  });
  return (
    <Form layout="vertical" onFinish={() => chosen && start.mutate(chosen)}>
      <ProblemAlert error={start.error} />
      <Form.Item label={t("column.class")} htmlFor="class-of-accounts" extra={t("accounts.ofClassHelp")}>
        <Select id="class-of-accounts" value={chosen} onChange={setChosen} options={classes} showSearch={{ optionFilterProp: "label" }} placeholder={t("accounts.chooseClass")} />
      </Form.Item>
      <Outcome many={many} total={total} />
      <Flex gap={8}>
        <Button type="primary" htmlType="submit" disabled={!chosen} loading={start.isPending}>
          {t("accounts.makeClass")}
        </Button>
      </Flex>
    </Form>
  );
}
