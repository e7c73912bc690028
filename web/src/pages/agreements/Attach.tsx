import { useMutation, useQueries } from "@tanstack/react-query";
import { App, Form, Modal, Select } from "antd";
import { api, call } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { ProblemAlert } from "@/ui/ProblemAlert";
import type { Agreement, Project } from "./words";

/** Says that an activity or a resource of one of the parties came of a project. */
export default function Attach({
  row,
  parties,
  what,
  onClose,
}: {
  row: Project;
  parties: Agreement["parties"];
  what: "activity" | "resource";
  onClose: () => void;
}) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const named = useNamed();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ id: string }>();
  const activities = useQueries({
    queries: parties.map((party) => ({
      ...getQuery("/api/v1/activities", { params: { query: { host_id: party.organization_id, limit: 200 } } }),
      enabled: what === "activity",
    })),
  });
  const resources = useQueries({
    queries: parties.map((party) => ({
      ...getQuery("/api/v1/resources", { params: { query: { owner_id: party.organization_id, limit: 200 } } }),
      enabled: what === "resource",
    })),
  });
  const add = useMutation({
    mutationFn: (id: string) =>
      what === "activity"
        ? call(api.PUT("/api/v1/projects/{id}/activities/{activity_id}", { params: { path: { id: row.id, activity_id: id } } }))
        : call(api.PUT("/api/v1/projects/{id}/resources/{resource_id}", { params: { path: { id: row.id, resource_id: id } } })),
    onSuccess: () => {
      message.success(t("project.attached"));
      void invalidate("/api/v1/projects");
      onClose();
    },
  });
  const there = new Set([...row.activities, ...row.resources].map((one) => one.id));
  const groups = parties.map((party, at) => {
    const items = (what === "activity" ? activities[at]?.data?.items : resources[at]?.data?.items) ?? [];
    return {
      label: named(party.name_zh, party.name_en),
      options: items
        .filter((one) => !there.has(one.id))
        .map((one) => ({ value: one.id, label: named(one.title_zh, one.title_en) })),
    };
  });
  const title = t(what === "activity" ? "project.addActivity" : "project.addResource");
  return (
    <Modal
      open
      title={title}
      okText={common("action.save")}
      cancelText={common("action.cancel")}
      confirmLoading={add.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <ProblemAlert error={add.error} />
      <Form form={form} layout="vertical" onFinish={({ id }) => add.mutate(id)}>
        <Form.Item
          name="id"
          label={t(what === "activity" ? "project.activity" : "project.resource")}
          rules={[{ required: true, message: common("problem.field.required") }]}
        >
          <Select
            showSearch={{ optionFilterProp: "label" }}
            loading={[...activities, ...resources].some((one) => one.isFetching)}
            options={groups.filter((group) => group.options.length > 0)}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
