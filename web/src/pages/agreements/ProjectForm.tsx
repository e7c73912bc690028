import { App, Form, Input, Modal, Select } from "antd";
import { useNavigate } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import type { Host } from "@/pages/base/hosts";
import { useSave } from "@/pages/base/useSave";
import { Conflict } from "@/ui/Conflict";
import { ProblemAlert } from "@/ui/ProblemAlert";
import type { Agreement, Project } from "./words";

interface Values {
  owner_id: string;
  title_zh: string;
  title_en: string;
  aims: string;
}

type Props = { onClose: () => void } & (
  | { project: Project; agreement?: undefined; parties?: undefined }
  | { project?: undefined; agreement: Agreement; parties: Host[] }
);

/** Plans a project, or changes what it says of itself. */
export default function ProjectForm({ project, agreement, parties, onClose }: Props) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const save = useSave<Project, Values>({
    form,
    row: project,
    newest: () => call(api.GET("/api/v1/projects/{id}", { params: { path: { id: project?.id ?? "" } } })),
    send: (values, version) => {
      const body = { title_zh: values.title_zh, title_en: values.title_en ?? "", aims: values.aims ?? "" };
      if (project)
        return call(api.PATCH("/api/v1/projects/{id}", { params: { path: { id: project.id }, header: ifMatch(version) }, body }));
      return call(
        api.POST("/api/v1/agreements/{id}/projects", {
          params: { path: { id: agreement?.id ?? "" }, header: key.header },
          body: { ...body, owner_id: values.owner_id ?? parties?.[0]?.id ?? "" },
        }),
      );
    },
    done: (saved) => {
      key.renew();
      message.success(t("project.saved"));
      void invalidate("/api/v1/projects", "/api/v1/agreements");
      onClose();
      if (!project) navigate(`/projects/${saved.id}`);
    },
  });
  const fields = (["title_zh", "title_en", "aims"] as const).map((field) => {
    const theirs = save.conflict?.theirs[field] ?? "";
    const mine = save.conflict?.mine[field] ?? "";
    return { key: field, label: t(`project.${field}`), theirs, mine, differs: theirs !== mine };
  });
  const required = [{ required: true, whitespace: true, message: common("problem.field.required") }];
  return (
    <Modal
      open
      title={project ? t("project.edit") : t("project.new")}
      okText={common("action.save")}
      cancelText={common("action.cancel")}
      confirmLoading={save.saving}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {save.unplaced && <ProblemAlert {...save.unplaced} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={project ?? { owner_id: parties?.[0]?.id, title_zh: "", title_en: "", aims: "" }}
        onFinish={save.submit}
      >
        {parties && parties.length > 1 && (
          <Form.Item name="owner_id" label={t("project.owner")} rules={required}>
            <Select options={parties.map((one) => ({ value: one.id, label: one.name }))} />
          </Form.Item>
        )}
        <Form.Item name="title_zh" label={t("project.title_zh")} rules={required}>
          <Input maxLength={120} autoFocus />
        </Form.Item>
        <Form.Item name="title_en" label={t("project.title_en")}>
          <Input maxLength={200} lang="en" />
        </Form.Item>
        <Form.Item name="aims" label={t("project.aims")}>
          <Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} />
        </Form.Item>
      </Form>
      <Conflict
        open={save.conflict !== undefined}
        fields={fields}
        saving={save.saving}
        onKeepMine={save.keepMine}
        onBack={save.back}
        onTakeTheirs={() => {
          if (save.conflict) form.setFieldsValue(save.conflict.theirs);
          save.takeTheirs();
        }}
      />
    </Modal>
  );
}
