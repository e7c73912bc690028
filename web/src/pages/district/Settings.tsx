import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Descriptions, Form, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useNamed } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useAccess } from "./access";
import { useDistrict } from "./accounts/grants";
import { FormModal } from "./FormModal";
import { NoShowFields, useNoShowWords } from "./NoShowFields";

type District = Schemas["DistrictView"];
type Policy = Schemas["NoShowPolicy"];
interface Values {
  name_zh: string;
  name_en: string;
  time_zone: string;
  no_shows: Policy | null;
  second_official: boolean;
  report_packs: boolean;
}
const ZONES = ["Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau"];

export function Component() {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const named = useNamed();
  const noShows = useNoShowWords();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const { manages, endsSecond } = useAccess();
  const id = useDistrict();
  const [open, setOpen] = useState(false);
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/districts/{id}", { params: { path: { id: id ?? "" } } }),
    enabled: id !== undefined,
  });
  if (!id)
    return (
      <>
        <PageTitle>{t("settings.title")}</PageTitle>
        <EmptyState title={t("settings.noDistrict")} lead={t("settings.noDistrictLead")} />
      </>
    );
  if (isPending) return <PageSkeleton rows={6} />;
  const pick = (one: District): Values => ({
    name_zh: one.name_zh,
    name_en: one.name_en,
    time_zone: one.time_zone,
    no_shows: one.no_shows ?? null,
    second_official: one.second_official,
    report_packs: one.report_packs,
  });
  return (
    <div style={{ maxWidth: 820 }}>
      <PageTitle
        lead={t("settings.lead")}
        {...(manages && data && { actions: <Button type="primary" onClick={() => setOpen(true)}>{common("action.edit")}</Button> })}
      >
        {t("settings.title")}
      </PageTitle>
      <ProblemAlert error={error} retry={refetch} />
      {data && (
        <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{named(data.name_zh, data.name_en)}</h2>}>
          <Descriptions
            column={1}
            items={[
              { key: "zh", label: t("form.nameZh"), children: data.name_zh },
              { key: "en", label: t("form.nameEn"), children: data.name_en || "—" },
              { key: "code", label: t("settings.code"), children: data.code },
              { key: "zone", label: t("settings.zone"), children: data.time_zone },
              { key: "noShows", label: t("settings.noShows"), children: noShows(data.no_shows) },
              { key: "second", label: t("settings.second"), children: t(data.second_official ? "settings.secondOn" : "settings.secondOff") },
              { key: "packs", label: t("settings.packs"), children: t(data.report_packs ? "settings.packsOn" : "settings.packsOff") },
            ]}
          />
          {Object.keys(data.settings).length > 0 && (
            <details>
              <summary>{t("settings.others")}</summary>
              <pre style={{ whiteSpace: "pre-wrap", fontSize: 13 }}>{JSON.stringify(data.settings, null, 2)}</pre>
            </details>
          )}
        </Card>
      )}
      {open && data && (
        <FormModal<Values, District>
          title={t("settings.change")}
          okText={common("action.save")}
          initial={pick(data)}
          labels={{ name_zh: t("form.nameZh"), name_en: t("form.nameEn"), time_zone: t("settings.zone"), second_official: t("settings.second"), report_packs: t("settings.packs") }}
          newest={async () => {
            const now = await call(api.GET("/api/v1/districts/{id}", { params: { path: { id } } }));
            return { version: now.version, values: pick(now) };
          }}
          onClose={() => setOpen(false)}
          onDone={() => {
            message.success(t("settings.saved"));
            void invalidate("/api/v1/districts", "/api/v1/me");
            setOpen(false);
          }}
          send={(body, version) => call(api.PATCH("/api/v1/districts/{id}", { params: { path: { id }, header: ifMatch(version ?? data.version) }, body }))}
        >
          <Form.Item name="name_zh" label={t("form.nameZh")} rules={[{ required: true, whitespace: true, message: t("form.required") }]}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="name_en" label={t("form.nameEn")}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="time_zone" label={t("settings.zone")} extra={t("settings.zoneLead")}>
            <Select options={ZONES.map((zone) => ({ value: zone, label: zone }))} />
          </Form.Item>
          <Form.Item name="report_packs" label={t("settings.packs")} extra={t("settings.packsLead")}>
            <Select
              options={[
                { value: true, label: t("settings.packsOn") },
                { value: false, label: t("settings.packsOff") },
              ]}
            />
          </Form.Item>
          <Form.Item name="second_official" label={t("settings.second")} extra={t("settings.secondLead")}>
            <Select
              options={[
                { value: false, label: t("settings.secondOff"), disabled: data.second_official && !endsSecond },
                { value: true, label: t("settings.secondOn") },
              ]}
            />
          </Form.Item>
          <NoShowFields />
        </FormModal>
      )}
    </div>
  );
}
