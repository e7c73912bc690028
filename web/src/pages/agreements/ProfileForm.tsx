import { useMutation } from "@tanstack/react-query";
import { App, Button, Drawer, Flex, Form, Input, InputNumber, Select, Switch } from "antd";
import { useState } from "react";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { type Field, FIELDS } from "./words";

interface Values {
  offers: Field[];
  seeks: Field[];
  offer_note: string;
  seek_note: string;
  from?: number | null;
  to?: number | null;
  persons_per_year?: number | null;
  open: boolean;
}

/** What an organization offers to partners and seeks from them. */
export default function ProfileForm({ profile, onClose }: { profile: Schemas["PartnerProfile"]; onClose: () => void }) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const text = useText();
  const say = useProblemText();
  const phone = usePhone();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const save = useMutation({
    mutationFn: ({ from, to, ...values }: Values) =>
      call(
        api.PUT("/api/v1/organizations/{id}/partner-profile", {
          params: { path: { id: profile.organization_id }, header: ifMatch(profile.version) },
          body: {
            ...values,
            grades: (from ?? null) === null && (to ?? null) === null ? null : { from: from ?? null, to: to ?? null },
            persons_per_year: values.persons_per_year ?? null,
          },
        }),
      ),
    onMutate: () => setUnplaced(undefined),
    onSuccess: () => {
      message.success(t("partners.saved"));
      void invalidate("/api/v1/organizations", "/api/v1/partners");
      onClose();
    },
    onError: (error) => {
      const { placed, rest } = applyProblemToForm(form, error, say.field, { "grades.from": "from", "grades.to": "to" });
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const fields = FIELDS.map((value) => ({ value, label: t(`fields.${value}`) }));
  const grades = Array.from({ length: 15 }, (_, at) => at - 2).map((value) => ({
    value,
    label: text(`common:grade.${value}`, {}, String(value)),
  }));
  const many = (name: "offers" | "seeks") => (
    <Form.Item name={name} label={t(`partners.${name}`)}>
      <Select mode="multiple" showSearch={{ optionFilterProp: "label" }} options={fields} />
    </Form.Item>
  );
  return (
    <Drawer
      open
      title={t("partners.edit")}
      size={phone ? "100%" : 520}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="end">
          <Button onClick={onClose}>{common("action.cancel")}</Button>
          <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
            {common("action.save")}
          </Button>
        </Flex>
      }
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={{
          offers: profile.offers,
          seeks: profile.seeks,
          offer_note: profile.offer_note,
          seek_note: profile.seek_note,
          from: profile.grades?.from ?? null,
          to: profile.grades?.to ?? null,
          persons_per_year: profile.persons_per_year ?? null,
          open: profile.version === 0 || profile.open,
        }}
        onFinish={(values: Values) => save.mutate(values)}
      >
        {many("offers")}
        <Form.Item name="offer_note" label={t("partners.offer_note")}>
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
        {many("seeks")}
        <Form.Item name="seek_note" label={t("partners.seek_note")}>
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
        <Flex gap={12}>
          <Form.Item name="from" label={t("partners.from")} style={{ flex: 1 }}>
            <Select allowClear options={grades} placeholder={common("grades.all")} />
          </Form.Item>
          <Form.Item name="to" label={t("partners.to")} style={{ flex: 1 }}>
            <Select allowClear options={grades} placeholder={common("grades.all")} />
          </Form.Item>
        </Flex>
        <Form.Item name="persons_per_year" label={t("partners.persons")} extra={t("partners.personsHelp")}>
          <InputNumber min={1} max={100_000} precision={0} style={{ width: 160 }} />
        </Form.Item>
        <Form.Item name="open" label={t("partners.open")} valuePropName="checked">
          <Switch />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
