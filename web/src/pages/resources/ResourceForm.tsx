import { App, Button, Drawer, Flex, Form, Input, InputNumber, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate, useMe } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import type { Host } from "@/pages/base/hosts";
import { useSave } from "@/pages/base/useSave";
import { Conflict } from "@/ui/Conflict";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { KINDS, LICENCES, licenceKey, REACHES, type Resource } from "./words";

interface Values {
  owner_id: string;
  kind: Resource["kind"];
  title_zh: string;
  title_en: string;
  summary: string;
  theme: string;
  from: number | null;
  to: number | null;
  licence: Resource["licence"];
  licence_note: string;
  reach: Resource["reach"];
  districts: string[];
  capacity: number | null;
  count: number;
}

type Props = { onClose: () => void } & ({ resource: Resource } | { resource?: undefined; owners: Host[] });

const SHOWN = ["title_zh", "title_en", "summary", "theme", "from", "to", "licence", "licence_note", "reach", "capacity"] as const;

const valuesOf = (row: Resource): Values => ({
  owner_id: row.owner_id,
  kind: row.kind,
  title_zh: row.title_zh,
  title_en: row.title_en,
  summary: row.summary,
  theme: row.theme,
  from: row.grades?.from ?? null,
  to: row.grades?.to ?? null,
  licence: row.licence,
  licence_note: row.licence_note,
  reach: row.reach,
  districts: row.districts,
  capacity: row.capacity ?? null,
  count: row.item_count,
});

/** Offers something, or changes what it says of itself. */
export default function ResourceForm(props: Props) {
  const { resource, onClose } = props;
  const { t } = useTranslation("resources");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const phone = usePhone();
  const me = useMe();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const save = useSave<Resource, Values>({
    form,
    row: resource,
    names: { "grades.from": "from", "grades.to": "to", grades: "from" },
    newest: () => call(api.GET("/api/v1/resources/{id}", { params: { path: { id: resource?.id ?? "" } } })),
    send: (values, version) => {
      const own = props.resource === undefined ? values.owner_id : props.resource.owner_id;
      const district = me.grants.find((grant) => grant.organization_id === own)?.district_id;
      const chosen = values.districts.length > 0 ? values.districts : [district ?? ""];
      const body = {
        title_zh: values.title_zh,
        title_en: values.title_en,
        summary: values.summary,
        theme: values.theme,
        grades: values.from === null && values.to === null ? null : { from: values.from, to: values.to },
        licence: values.licence,
        licence_note: values.licence_note,
        reach: values.reach,
        districts: values.reach === "districts" ? chosen : [],
        capacity: values.capacity,
      };
      if (!resource)
        return call(
          api.POST("/api/v1/resources", {
            params: { header: key.header },
            body: { ...body, owner_id: values.owner_id, kind: values.kind, count: values.count },
          }),
        );
      return call(api.PATCH("/api/v1/resources/{id}", { params: { path: { id: resource.id }, header: ifMatch(version) }, body }));
    },
    done: (saved) => {
      key.renew();
      message.success(t("form.saved"));
      void invalidate("/api/v1/resources");
      onClose();
      if (!resource) navigate(`/resources/${saved.id}`);
    },
  });
  const grade = (value: number | null) => (value === null ? "" : text(`common:grade.${value}`, {}, String(value)));
  const grades = Array.from({ length: 15 }, (_, at) => at - 2).map((value) => ({ value, label: grade(value) }));
  const show = (values: Values, field: (typeof SHOWN)[number]): string => {
    if (field === "from" || field === "to") return grade(values[field]);
    if (field === "licence") return t(`licence.${licenceKey(values.licence)}` as "licence.other");
    if (field === "reach") return t(`reach.${values.reach}`);
    return String(values[field] ?? "");
  };
  const fields = SHOWN.map((field) => {
    const theirs = save.conflict ? show(valuesOf(save.conflict.theirs), field) : "";
    const mine = save.conflict ? show(save.conflict.mine, field) : "";
    return { key: field, label: t(`field.${field}`), theirs, mine, differs: theirs !== mine };
  });
  const initial: Values = resource
    ? valuesOf(resource)
    : {
        owner_id: props.resource === undefined ? (props.owners[0]?.id ?? "") : "",
        kind: "equipment",
        title_zh: "",
        title_en: "",
        summary: "",
        theme: "",
        from: null,
        to: null,
        licence: "cc-by-4.0",
        licence_note: "",
        reach: "everywhere",
        districts: [],
        capacity: null,
        count: 1,
      };
  const required = [{ required: true, message: common("problem.field.required") }];
  const licence = Form.useWatch("licence", form) ?? initial.licence;
  const kind = Form.useWatch("kind", form) ?? initial.kind;
  const reach = Form.useWatch("reach", form) ?? initial.reach;
  const districts = useQuery({ ...getQuery("/api/v1/districts", { params: { query: { limit: 500 } } }), enabled: reach === "districts" });
  const filesAlone = kind === "lesson_material" || kind === "game_material";
  const noted = licence === "by-permission" || licence === "other";
  return (
    <Drawer
      open
      title={resource ? t("form.edit") : t("catalogue.new")}
      size={phone ? "100%" : 520}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="end">
          <Button onClick={onClose}>{common("action.cancel")}</Button>
          <Button type="primary" loading={save.saving} onClick={() => form.submit()}>
            {common("action.save")}
          </Button>
        </Flex>
      }
    >
      {save.unplaced && <ProblemAlert {...save.unplaced} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={initial}
        onFinish={(values: Partial<Values>) => {
          const all = { ...initial, ...values };
          // An emptied field is none.
          save.submit({ ...all, from: all.from ?? null, to: all.to ?? null, capacity: all.capacity ?? null });
        }}
      >
        {props.resource === undefined && props.owners.length > 1 && (
          <Form.Item name="owner_id" label={t("field.owner")} rules={required}>
            <Select options={props.owners.map((one) => ({ value: one.id, label: one.name }))} />
          </Form.Item>
        )}
        <Form.Item name="title_zh" label={t("field.title_zh")} rules={required}>
          <Input maxLength={120} autoFocus={!resource} />
        </Form.Item>
        <Form.Item name="title_en" label={t("field.title_en")}>
          <Input maxLength={200} lang="en" />
        </Form.Item>
        {!resource && (
          <Flex gap={12} wrap>
            <Form.Item name="kind" label={t("field.kind")} rules={required} style={{ flex: 1, minWidth: 160 }}>
              <Select options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
            </Form.Item>
            <Form.Item name="count" label={t("field.count")} rules={required} extra={filesAlone ? t("form.countFiles") : t("form.countHelp")}>
              <InputNumber min={filesAlone ? 0 : 1} max={500} precision={0} style={{ width: 140 }} />
            </Form.Item>
          </Flex>
        )}
        <Form.Item name="summary" label={t("field.summary")} extra={t("form.summaryHelp")}>
          <Input maxLength={1000} />
        </Form.Item>
        <Form.Item name="theme" label={t("field.theme")}>
          <Input maxLength={60} />
        </Form.Item>
        <Flex gap={12}>
          <Form.Item name="from" label={t("field.from")} style={{ flex: 1 }}>
            <Select allowClear options={grades} placeholder={common("grades.all")} />
          </Form.Item>
          <Form.Item name="to" label={t("field.to")} style={{ flex: 1 }}>
            <Select allowClear options={grades} placeholder={common("grades.all")} />
          </Form.Item>
        </Flex>
        <Form.Item name="capacity" label={t("field.capacity")}>
          <InputNumber min={1} max={10_000} precision={0} style={{ width: 140 }} />
        </Form.Item>
        <Form.Item name="reach" label={t("field.reach")} rules={required}>
          <Select options={REACHES.map((value) => ({ value, label: t(`reach.${value}`) }))} />
        </Form.Item>
        {reach === "districts" && (
          <Form.Item name="districts" label={t("field.districts")} extra={t("form.districtsHelp")}>
            <Select
              mode="multiple"
              loading={districts.isFetching}
              showSearch={{ optionFilterProp: "label" }}
              options={(districts.data?.items ?? []).map((one) => ({ value: one.id, label: named(one.name_zh, one.name_en) }))}
            />
          </Form.Item>
        )}
        <Form.Item name="licence" label={t("field.licence")} rules={required}>
          <Select options={LICENCES.map((value) => ({ value, label: t(`licence.${licenceKey(value)}` as "licence.other") }))} />
        </Form.Item>
        <Form.Item name="licence_note" label={t("field.licence_note")} {...(noted && { rules: required })}>
          <Input maxLength={400} />
        </Form.Item>
      </Form>
      <Conflict
        open={save.conflict !== undefined}
        fields={fields}
        saving={save.saving}
        onKeepMine={save.keepMine}
        onBack={save.back}
        onTakeTheirs={() => {
          if (save.conflict) form.setFieldsValue(valuesOf(save.conflict.theirs));
          save.takeTheirs();
        }}
      />
    </Drawer>
  );
}
