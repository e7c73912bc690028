import { EyeOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Checkbox, Flex, Form, Input, Select } from "antd";
import { lazy, Suspense, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useSave } from "@/pages/base/useSave";
import { KINDS } from "@/pages/district/organizations/kinds";
import { Conflict } from "@/ui/Conflict";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { type Field, type Rules, type Scheme, useOrganizationKind, useRuns } from "../words";
import { CriteriaEditor } from "./CriteriaEditor";
import { FieldsEditor } from "./FieldsEditor";
import { TermsEditor } from "./TermsEditor";
import { useRequired } from "./useRequired";

const Preview = lazy(() => import("./Preview"));

interface Values {
  code: string;
  name_zh: string;
  name_en: string;
  holder_kinds: Schemas["OrganizationKind"][];
  renewable: boolean;
  assessed: boolean;
  rules: Rules;
}

/** What a new scheme begins with. */
const FRESH: Rules = {
  holders: ["organization"],
  form: { fields: [] },
  criteria: [],
  minimum: 0,
  reviews: 0,
  spot_check: false,
  validity: { kind: "months", months: 36 },
  quota: null,
  objection_days: 7,
  appeal_days: 14,
  targets: { check: 5, completion: 10, decision: 30, publication: 5, award: 30, answer: 15 },
};

const valuesOf = (row: Scheme | undefined): Values => ({
  code: row?.code ?? "",
  name_zh: row?.name_zh ?? "",
  name_en: row?.name_en ?? "",
  holder_kinds: (row?.holder_kinds ?? []) as Schemas["OrganizationKind"][],
  renewable: Boolean(row?.rules?.renewal),
  assessed: Boolean(row?.rules?.assessment),
  rules: {
    ...(row?.rules ?? FRESH),
    renewal: row?.rules?.renewal ?? { days_before: 90, days_after: 30 },
    assessment: row?.rules?.assessment ?? { month: 12, day: 15 },
  },
});

/** A group of boxes takes no `aria-required`, which a form gives to its fields. */
function Holders({ value, onChange }: { value?: string[]; onChange?: (value: string[]) => void }) {
  const { t } = useTranslation("designations");
  return (
    <Checkbox.Group
      value={value ?? []}
      options={(["organization", "professional"] as const).map((one) => ({ value: one, label: t(`holder.${one}`) }))}
      onChange={(next) => onChange?.(next)}
    />
  );
}

export function Component() {
  const { id } = useParams();
  const { t } = useTranslation("designations");
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/schemes/{id}", { params: { path: { id: id ?? "" } } }),
    enabled: id !== undefined,
  });
  if (id === undefined) return <Edit key="new" />;
  if (isPending) return <PageSkeleton rows={8} />;
  if (!data)
    return (
      <>
        <PageTitle>{t("scheme.one")}</PageTitle>
        <ProblemAlert error={error} retry={refetch} />
      </>
    );
  return <Edit key={data.id} scheme={data} />;
}

/** A scheme: what it is called, who may hold it, what is asked and scored, how long it holds. */
function Edit({ scheme }: { scheme?: Scheme }) {
  const { t } = useTranslation("designations");
  const { t: common } = useTranslation();
  const named = useNamed();
  const kindOf = useOrganizationKind();
  const required = useRequired();
  const runs = useRuns();
  const me = useMe();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [preview, setPreview] = useState<Field[]>();
  const may = !scheme || runs(scheme.authority_id);
  const save = useSave<Scheme, Values>({
    form,
    row: scheme,
    newest: () => call(api.GET("/api/v1/schemes/{id}", { params: { path: { id: scheme?.id ?? "" } } })),
    send: (values, version) => {
      const { rules } = values;
      const scored = (rules.criteria ?? []).length > 0;
      const body = {
        name_zh: values.name_zh,
        name_en: values.name_en ?? "",
        holder_kinds: values.holder_kinds ?? [],
        rules: {
          ...rules,
          criteria: rules.criteria ?? [],
          minimum: scored ? (rules.minimum ?? 0) : 0,
          reviews: scored ? (rules.reviews ?? 1) : 0,
          renewal: values.renewable && rules.validity.kind !== "open" ? (rules.renewal ?? null) : null,
          assessment: values.assessed ? (rules.assessment ?? null) : null,
          quota: rules.quota ?? null,
        },
      };
      if (!scheme) {
        // A city's scheme is the city's; a district's is that of the request.
        const district = me.grants.some((grant) => grant.role === "district_official" || grant.role === "platform_admin");
        const city = district ? undefined : me.grants.find((grant) => grant.role === "city_official")?.authority_id;
        return call(api.POST("/api/v1/schemes", { body: { code: values.code, ...body, ...(city && { authority_id: city }) } }));
      }
      return call(api.PATCH("/api/v1/schemes/{id}", { params: { path: { id: scheme.id }, header: ifMatch(version) }, body }));
    },
    done: (saved) => {
      message.success(t("saved"));
      void invalidate("/api/v1/schemes");
      navigate(`/rounds?scheme=${saved.id}`);
    },
  });
  const show = (values: Values, key: "name_zh" | "name_en" | "holder_kinds" | "rules") =>
    key === "rules" ? JSON.stringify(values.rules) : String(values[key]);
  const conflict = (["name_zh", "name_en", "holder_kinds", "rules"] as const).map((key) => {
    const theirs = save.conflict ? show(valuesOf(save.conflict.theirs), key) : "";
    const mine = save.conflict ? show(save.conflict.mine, key) : "";
    const differs = theirs !== mine;
    const words = { name_zh: "scheme.nameZh", name_en: "scheme.nameEn", holder_kinds: "scheme.kinds", rules: "scheme.rules" } as const;
    return key === "rules"
      ? { key, label: t(words[key]), theirs: t("scheme.changed"), mine: t("scheme.changed"), differs }
      : { key, label: t(words[key]), theirs, mine, differs };
  });
  const section = (title: string, children: React.ReactNode, lead?: string) => (
    <Card title={<h2 style={{ fontSize: 17, margin: 0 }}>{title}</h2>} style={{ marginBottom: 16 }}>
      {lead && <p style={{ marginTop: 0 }}>{lead}</p>}
      {children}
    </Card>
  );
  return (
    <>
      <PageTitle
        lead={scheme ? t("scheme.lead") : t("scheme.newLead")}
        actions={
          <Button icon={<EyeOutlined aria-hidden />} onClick={() => setPreview(form.getFieldValue(["rules", "form", "fields"]) as Field[])}>
            {t("scheme.preview")}
          </Button>
        }
      >
        {scheme ? named(scheme.name_zh, scheme.name_en) : t("scheme.new")}
      </PageTitle>
      {save.unplaced && <ProblemAlert {...save.unplaced} />}
      <Form
        form={form}
        layout="vertical"
        disabled={!may}
        scrollToFirstError={{ focus: true, block: "center" }}
        initialValues={valuesOf(scheme)}
        onFinish={() => save.submit(form.getFieldsValue(true) as Values)}
      >
        {section(
          t("scheme.about"),
          <>
            <Flex gap={16} wrap>
              <Form.Item name="name_zh" label={t("scheme.nameZh")} rules={required} style={{ flex: "1 1 260px" }}>
                <Input maxLength={120} />
              </Form.Item>
              <Form.Item name="name_en" label={t("scheme.nameEn")} style={{ flex: "1 1 260px" }}>
                <Input maxLength={200} />
              </Form.Item>
              <Form.Item name="code" label={t("scheme.code")} extra={t("scheme.codeHelp")} rules={required} style={{ flex: "1 1 200px" }}>
                <Input maxLength={60} disabled={scheme !== undefined} />
              </Form.Item>
            </Flex>
            <Form.Item name={["rules", "holders"]} label={t("scheme.holders")} rules={required}>
              <Holders />
            </Form.Item>
            <Form.Item name="holder_kinds" label={t("scheme.kinds")} extra={t("scheme.kindsHelp")} style={{ marginBottom: 0 }}>
              <Select mode="multiple" options={KINDS.map((value) => ({ value, label: kindOf(value) }))} />
            </Form.Item>
          </>,
        )}
        {section(t("scheme.form"), <FieldsEditor />, t("scheme.formLead"))}
        {section(t("scheme.criteria"), <CriteriaEditor />)}
        {section(t("scheme.terms"), <TermsEditor />)}
        {may && (
          <Flex gap={8} wrap>
            <Button type="primary" htmlType="submit" loading={save.saving}>
              {common("action.save")}
            </Button>
            <Button onClick={() => navigate("/rounds")}>{common("action.cancel")}</Button>
          </Flex>
        )}
      </Form>
      <Suspense>{preview && <Preview fields={preview} onClose={() => setPreview(undefined)} />}</Suspense>
      {save.conflict && (
        <Conflict
          open
          saving={save.saving}
          fields={conflict}
          onBack={save.back}
          onKeepMine={save.keepMine}
          onTakeTheirs={() => {
            if (save.conflict) form.setFieldsValue(valuesOf(save.conflict.theirs));
            save.takeTheirs();
          }}
        />
      )}
    </>
  );
}
