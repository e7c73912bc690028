import { PlusOutlined } from "@ant-design/icons";
import { Button, DatePicker, Form, Input, Select, Tag } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { useAccess } from "./access";
import { FormModal } from "./FormModal";

type Row = Schemas["CompetitionView"];
type Stage = Schemas["StageName"];
const STAGES = ["primary", "junior", "senior", "vocational"] as const;

interface Values {
  series: string;
  edition: string;
  name_zh: string;
  name_en?: string;
  stages?: Stage[];
  valid_from: Dayjs;
  valid_to?: Dayjs | null;
  source?: string;
}

export function Component() {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const invalidate = useInvalidate();
  const { manages } = useAccess();
  const [open, setOpen] = useState<Row | "new">();
  const row = open === "new" ? undefined : open;
  const stages = (list: string[]) => (list.length === 0 ? t("competitions.allStages") : list.map((stage) => text(`district:stage.${stage}`)).join(", "));
  const pick = (one: Row): Partial<Values> => ({
    series: one.series,
    edition: one.edition,
    name_zh: one.name_zh,
    name_en: one.name_en,
    stages: one.stages as Stage[],
    valid_from: dayjs(one.valid_from),
    valid_to: one.valid_to ? dayjs(one.valid_to) : null,
    source: one.source,
  });
  const columns: Column<Row>[] = [
    { key: "name", title: t("filter.name"), fixed: true, render: (one) => named(one.name_zh, one.name_en), csv: (one) => named(one.name_zh, one.name_en) },
    { key: "edition", title: t("competitions.edition"), render: (one) => one.edition, csv: (one) => one.edition },
    { key: "listed", title: t("competitions.list"), render: (one) => (one.listed ? <Tag color="success">{t("competitions.listNo", { number: one.list_no ?? "" })}</Tag> : <Tag>{t("competitions.local")}</Tag>), csv: (one) => String(one.list_no ?? "") },
    { key: "stages", title: t("competitions.stages"), render: (one) => stages(one.stages), csv: (one) => stages(one.stages) },
    { key: "from", title: t("designations.from"), render: (one) => <DateTime value={one.valid_from} style="date" />, csv: (one) => one.valid_from },
    { key: "to", title: t("designations.to"), render: (one) => <DateTime value={one.valid_to} style="date" />, csv: (one) => one.valid_to ?? "" },
    { key: "series", title: t("competitions.series"), hidden: true, render: (one) => <code>{one.series}</code>, csv: (one) => one.series },
    { key: "source", title: t("designations.source"), hidden: true, render: (one) => one.source, csv: (one) => one.source },
    ...(manages
      ? [
          {
            key: "act",
            title: t("form.actions"),
            render: (one: Row) =>
              one.district_id && (
                <Button size="small" aria-label={`${common("action.edit")}: ${one.name_zh}`} onClick={() => setOpen(one)}>
                  {common("action.edit")}
                </Button>
              ),
          },
        ]
      : []),
  ];
  const required = [{ required: true, whitespace: true, message: t("form.required") }];
  return (
    <>
      <PageTitle
        lead={t("competitions.lead")}
        {...(manages && {
          actions: (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("new")}>
              {t("competitions.add")}
            </Button>
          ),
        })}
      >
        {t("competitions.title")}
      </PageTitle>
      <DataTable
        name="competitions"
        label={t("competitions.title")}
        source={(page, values) =>
          getQuery("/api/v1/competitions", {
            params: {
              query: {
                ...page,
                ...(values.q && { q: values.q }),
                ...(values.listed && { listed: values.listed === "true" }),
                ...(values.stage && { stage: values.stage as Stage }),
                ...(values.on && { on: values.on }),
              },
            },
          })
        }
        columns={columns}
        rowKey={(one) => one.id}
        filters={[
          { name: "q", label: t("filter.name"), kind: "search" },
          { name: "listed", label: t("competitions.list"), kind: "select", options: [{ value: "true", label: t("competitions.national") }, { value: "false", label: t("competitions.local") }] },
          { name: "stage", label: t("competitions.stages"), kind: "select", options: STAGES.map((stage) => ({ value: stage, label: t(`stage.${stage}`) })) },
          { name: "on", label: t("designations.on"), kind: "date" },
        ]}
        empty={<EmptyState title={t("competitions.none")} />}
      />
      {open && (
        <FormModal<Values, Row>
          title={row ? t("competitions.change") : t("competitions.add")}
          okText={common("action.save")}
          initial={row ? pick(row) : {}}
          labels={{ name_zh: t("form.nameZh"), name_en: t("form.nameEn"), source: t("designations.source") }}
          onClose={() => setOpen(undefined)}
          onDone={() => {
            void invalidate("/api/v1/competitions");
            setOpen(undefined);
          }}
          send={(values, version) => {
            const body = {
              name_zh: values.name_zh,
              name_en: values.name_en ?? "",
              stages: values.stages ?? [],
              valid_from: values.valid_from.format("YYYY-MM-DD"),
              valid_to: values.valid_to?.format("YYYY-MM-DD") ?? null,
              source: values.source ?? "",
            };
            return row
              ? call(api.PATCH("/api/v1/competitions/{id}", { params: { path: { id: row.id }, header: ifMatch(version ?? row.version) }, body }))
              : call(api.POST("/api/v1/competitions", { body: { series: values.series, edition: values.edition, ...body } }));
          }}
          {...(row && {
            newest: async () => {
              const now = await call(api.GET("/api/v1/competitions/{id}", { params: { path: { id: row.id } } }));
              return { version: now.version, values: pick(now) };
            },
          })}
        >
          <Form.Item name="name_zh" label={t("form.nameZh")} rules={required}>
            <Input maxLength={200} />
          </Form.Item>
          <Form.Item name="name_en" label={t("form.nameEn")}>
            <Input maxLength={200} />
          </Form.Item>
          {!row && (
            <>
              <Form.Item name="series" label={t("competitions.series")} extra={t("competitions.seriesLead")} rules={required}>
                <Input maxLength={64} />
              </Form.Item>
              <Form.Item name="edition" label={t("competitions.edition")} extra={t("competitions.editionLead")} rules={required}>
                <Input maxLength={64} />
              </Form.Item>
            </>
          )}
          <Form.Item name="stages" label={t("competitions.stages")} extra={t("competitions.stagesLead")}>
            <Select mode="multiple" options={STAGES.map((stage) => ({ value: stage, label: t(`stage.${stage}`) }))} />
          </Form.Item>
          <Form.Item name="valid_from" label={t("designations.from")} rules={[{ required: true, message: t("form.required") }]}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="valid_to" label={t("designations.to")}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="source" label={t("designations.source")} extra={t("designations.sourceLead")}>
            <Input maxLength={500} />
          </Form.Item>
        </FormModal>
      )}
    </>
  );
}
