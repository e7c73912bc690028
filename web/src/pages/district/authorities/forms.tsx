import { Form, Input, Select } from "antd";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { FormModal } from "../FormModal";
import { type Authority, BENEATH } from "./tree";

interface Names {
  name_zh: string;
  name_en?: string;
}

function NameFields() {
  const { t } = useTranslation("district");
  return (
    <>
      <Form.Item name="name_zh" label={t("form.nameZh")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="name_en" label={t("form.nameEn")}>
        <Input maxLength={200} />
      </Form.Item>
    </>
  );
}

/** Makes an authority or a district, beneath another one or at the top. */
export function Make({ parent, onClose }: { parent: Authority | undefined; onClose: (made?: string) => void }) {
  const { t } = useTranslation("district");
  const text = useText();
  const named = useNamed();
  const invalidate = useInvalidate();
  const levels = BENEATH[parent?.level ?? ""] ?? [];
  return (
    <FormModal<Names & { level: string; code: string }, { name_zh: string; name_en: string }>
      title={parent ? t("authorities.makeIn", { name: named(parent.name_zh, parent.name_en) }) : t("authorities.make")}
      okText={t("authorities.makeSave")}
      initial={{ level: levels[parent ? 0 : levels.length - 2] ?? "" }}
      onClose={() => onClose()}
      onDone={(made) => {
        void invalidate("/api/v1/authorities", "/api/v1/districts");
        onClose(named(made.name_zh, made.name_en));
      }}
      send={({ level, code, name_zh, name_en }) => {
        const body = { parent_id: parent?.id ?? null, code, name_zh, name_en: name_en ?? "" };
        if (level === "district") return call(api.POST("/api/v1/districts", { body }));
        return call(api.POST("/api/v1/authorities", { body: { ...body, level: level as Schemas["AuthorityLevel"] } }));
      }}
    >
      <Form.Item name="level" label={t("authorities.level")} rules={[{ required: true, message: t("form.required") }]}>
        <Select options={levels.map((level) => ({ value: level, label: text(`district:authorities.levels.${level}`) }))} />
      </Form.Item>
      <NameFields />
      <Form.Item name="code" label={t("authorities.code")} extra={t("authorities.codeLead")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
        <Input maxLength={32} />
      </Form.Item>
    </FormModal>
  );
}

/** Renames one. A district is renamed as such: its version is its own. */
export function Rename({ one, onClose }: { one: Authority; onClose: () => void }) {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const invalidate = useInvalidate();
  const district = () => call(api.GET("/api/v1/districts/{id}", { params: { path: { id: one.id } } }));
  return (
    <FormModal<Names, { id: string }>
      title={t("authorities.rename")}
      okText={common("action.save")}
      lead={t("authorities.renameLead")}
      initial={{ name_zh: one.name_zh, name_en: one.name_en }}
      labels={{ name_zh: t("form.nameZh"), name_en: t("form.nameEn") }}
      onClose={onClose}
      onDone={() => {
        void invalidate("/api/v1/authorities", "/api/v1/districts", "/api/v1/accounts", "/api/v1/me");
        onClose();
      }}
      newest={async () => {
        if (one.level === "district") {
          const { version, name_zh, name_en } = await district();
          return { version, values: { name_zh, name_en } };
        }
        const page = await call(api.GET("/api/v1/authorities", { params: { query: { level: one.level, limit: 500 } } }));
        const { version, name_zh, name_en } = page.items.find(({ id }) => id === one.id) ?? one;
        return { version, values: { name_zh, name_en } };
      }}
      send={async ({ name_zh, name_en }, version) => {
        const body = { name_zh, name_en: name_en ?? "" };
        const path = { id: one.id };
        if (one.level !== "district")
          return call(api.PATCH("/api/v1/authorities/{id}", { params: { path, header: ifMatch(version ?? one.version) }, body }));
        return call(api.PATCH("/api/v1/districts/{id}", { params: { path, header: ifMatch(version ?? (await district()).version) }, body }));
      }}
    >
      <NameFields />
    </FormModal>
  );
}

/** Opens the account of an official, with a one-time password. */
export function Official({ of, onDone, onClose }: { of: Authority; onDone: (made: Schemas["OneTimePassword"]) => void; onClose: () => void }) {
  const { t } = useTranslation("district");
  const named = useNamed();
  const invalidate = useInvalidate();
  return (
    <FormModal<{ login: string; display_name: string }, Schemas["OneTimePassword"]>
      title={t("authorities.officialOf", { name: named(of.name_zh, of.name_en) })}
      okText={t("accounts.add")}
      lead={t("accounts.addLead")}
      initial={{}}
      onClose={onClose}
      onDone={(made) => {
        void invalidate("/api/v1/accounts");
        onDone(made);
      }}
      send={(values) => {
        const grant = of.level === "district" ? { role: "district_official", district_id: of.id } : { role: "city_official", authority_id: of.id };
        return call(api.POST("/api/v1/accounts", { body: { ...values, grants: [grant] } }));
      }}
    >
      <Form.Item name="login" label={t("accounts.login")} extra={t("accounts.loginLead")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="display_name" label={t("accounts.name")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
    </FormModal>
  );
}
