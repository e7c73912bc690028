import { DatePicker, Form, Input, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { isProblem } from "@/api/problem";
import { getQuery, useInvalidate } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { FormModal } from "../FormModal";
import { KINDS } from "./kinds";

type Organization = Schemas["OrganizationView"];
interface OrganizationValues {
  kind: Organization["kind"];
  code: string;
  name_zh: string;
  name_en?: string;
  level?: string;
}

/** Registers an organization, or changes one. */
export function OrganizationForm({ organization, onDone, onClose }: { organization?: Organization; onDone: (saved: Organization) => void; onClose: () => void }) {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const text = useText();
  const invalidate = useInvalidate();
  const required = [{ required: true, whitespace: true, message: t("form.required") }];
  const pick = (one: Organization): OrganizationValues => ({ kind: one.kind, code: one.code, name_zh: one.name_zh, name_en: one.name_en, level: one.level ?? "" });
  return (
    <FormModal<OrganizationValues, Organization>
      title={organization ? t("organizations.change") : t("organizations.add")}
      okText={common("action.save")}
      initial={organization ? pick(organization) : { kind: "school" }}
      labels={{ code: t("organizations.code"), name_zh: t("form.nameZh"), name_en: t("form.nameEn"), level: t("organizations.level") }}
      onClose={onClose}
      onDone={(saved) => {
        void invalidate("/api/v1/organizations");
        onDone(saved);
      }}
      send={({ kind, code, name_zh, name_en, level }, version) => {
        const body = { kind, code, name_zh, name_en: name_en ?? "", level: level?.trim() || null };
        if (!organization) return call(api.POST("/api/v1/organizations", { body }));
        return call(
          api.PATCH("/api/v1/organizations/{id}", {
            params: { path: { id: organization.id }, header: ifMatch(version ?? organization.version) },
            body,
          }),
        ).catch((error: unknown) => {
          throw isProblem(error, "kind_in_use") ? new Error(t("organizations.kindInUse")) : error;
        });
      }}
      {...(organization && {
        newest: async () => {
          const now = await call(api.GET("/api/v1/organizations/{id}", { params: { path: { id: organization.id } } }));
          return { version: now.version, values: pick(now) };
        },
      })}
    >
      <Form.Item name="kind" label={t("filter.kind")} rules={required} {...(organization && { extra: t("organizations.kindLead") })}>
        <Select options={KINDS.map((kind) => ({ value: kind, label: text(`district:kind.${kind}`) }))} />
      </Form.Item>
      <Form.Item name="name_zh" label={t("form.nameZh")} rules={required}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="name_en" label={t("form.nameEn")}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="code" label={t("organizations.code")} rules={required} extra={t("organizations.codeLead")}>
        <Input maxLength={64} />
      </Form.Item>
      <Form.Item name="level" label={t("organizations.level")} extra={t("organizations.levelLead")}>
        <Input maxLength={40} />
      </Form.Item>
    </FormModal>
  );
}

type Designation = Schemas["DesignationView"];
interface DesignationValues {
  scheme_id: string;
  number: string;
  level?: string;
  valid_from: Dayjs;
  valid_to?: Dayjs | null;
  source?: string;
}
const day = (value: Dayjs | null | undefined) => value?.format("YYYY-MM-DD") ?? null;

/** Grants a designation to an organization. */
export function DesignationForm({ organization, onClose }: { organization: string; onClose: () => void }) {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const named = useNamed();
  const invalidate = useInvalidate();
  const schemes = useQuery(getQuery("/api/v1/schemes", { params: { query: { limit: 200 } } }));
  const required = [{ required: true, message: t("form.required") }];
  return (
    <FormModal<DesignationValues, Designation>
      title={t("designations.grant")}
      okText={common("action.save")}
      lead={t("designations.lead")}
      initial={{}}
      onClose={onClose}
      onDone={() => {
        void invalidate("/api/v1/organizations", "/api/v1/designations");
        onClose();
      }}
      send={(values) =>
        call(
          api.POST("/api/v1/organizations/{id}/designations", {
            params: { path: { id: organization } },
            body: {
              scheme_id: values.scheme_id,
              number: values.number,
              level: values.level?.trim() || null,
              valid_from: day(values.valid_from) ?? "",
              valid_to: day(values.valid_to),
              source: values.source ?? "",
            },
          }),
        )
      }
    >
      <Form.Item name="scheme_id" label={t("designations.scheme")} rules={required}>
        <Select options={(schemes.data?.items ?? []).map((one) => ({ value: one.id, label: named(one.name_zh, one.name_en) }))} />
      </Form.Item>
      <Form.Item name="number" label={t("designations.number")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="level" label={t("organizations.level")}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="valid_from" label={t("designations.from")} rules={required}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="valid_to" label={t("designations.to")} extra={t("designations.toLead")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="source" label={t("designations.source")} extra={t("designations.sourceLead")}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
