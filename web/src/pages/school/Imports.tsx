import { DownloadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Card, DatePicker, Flex, Form, Radio, Select, Typography } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { isProblem } from "@/api/problem";
import { getQuery, useInvalidate } from "@/api/query";
import { download, toCsv } from "@/ui/csv";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { StatusTag } from "@/ui/StatusTag";
import { today } from "@/ui/time";
import { UploadArea } from "@/ui/UploadArea";
import { RefusedFile } from "./RefusedFile";
import { SchoolSwitch, useSchool } from "./useSchool";
import { schoolYearOf, useSchoolYear } from "./words";

type Import = Schemas["ImportView"];
const MAX = 64 << 20;
const OUTCOMES = ["added", "changed", "moved", "left", "refused"] as const;
const STATES = ["staged", "committed", "discarded", "failed"] as const;

interface Values {
  mode: "full" | "partial";
  effective_on: Dayjs;
  school_year: number | "";
}

export function Component() {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const school = useSchool();
  const yearName = useSchoolYear();

  const columns: Column<Import>[] = [
    {
      key: "file",
      title: t("imports.file"),
      render: (row) => <Link to={`/school/imports/${row.id}`}>{row.file_name}</Link>,
      csv: (row) => row.file_name,
    },
    {
      key: "state",
      title: t("imports.state"),
      render: (row) => <StatusTag of="import" state={row.state} />,
      csv: (row) => common(`status.import.${row.state}`),
    },
    {
      key: "counts",
      title: t("imports.counts"),
      render: (row) => {
        const said = OUTCOMES.filter((outcome) => (row.counts[outcome] ?? 0) > 0);
        if (said.length === 0) return t("imports.nothing");
        return said.map((outcome) => `${common(`status.row.${outcome}`)} ${row.counts[outcome]}`).join(" · ");
      },
    },
    {
      key: "created",
      title: t("imports.created"),
      render: (row) => <DateTime value={row.created_at} />,
      csv: (row) => row.created_at,
    },
    {
      key: "finished",
      title: t("imports.finished"),
      render: (row) => <DateTime value={row.finished_at} />,
      csv: (row) => row.finished_at ?? "",
      hidden: true,
    },
    {
      key: "effective",
      title: t("imports.effective"),
      render: (row) => <DateTime value={row.effective_on} />,
      csv: (row) => row.effective_on,
    },
    {
      key: "year",
      title: t("imports.schoolYear"),
      render: (row) => yearName(row.school_year),
      csv: (row) => String(row.school_year),
      hidden: true,
    },
    {
      key: "mode",
      title: t("imports.mode"),
      render: (row) => t(`imports.modes.${row.mode}`),
      csv: (row) => t(`imports.modes.${row.mode}`),
      hidden: true,
    },
  ];

  return (
    <>
      <PageTitle lead={t("imports.lead")} actions={<SchoolSwitch />}>
        {t("imports.title")}
      </PageTitle>
      <NewImport />
      <Typography.Title level={2} style={{ fontSize: 19, marginTop: 32 }}>
        {t("imports.past")}
      </Typography.Title>
      <DataTable
        name="imports"
        label={t("imports.past")}
        columns={columns}
        rowKey={(row) => row.id}
        source={(page, filters) =>
          getQuery("/api/v1/roster/imports", {
            params: { query: { limit: page.limit, cursor: page.cursor, school: school.id, state: filters.state as Import["state"] } },
          })
        }
        filters={[
          {
            name: "state",
            label: t("imports.state"),
            kind: "select",
            options: STATES.map((value) => ({ value, label: common(`status.import.${value}`) })),
          },
        ]}
        empty={<EmptyState title={t("imports.empty")} lead={t("imports.emptyLead")} />}
      />
    </>
  );
}

function NewImport() {
  const { t } = useTranslation("school");
  const { message } = App.useApp();
  const school = useSchool();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const yearName = useSchoolYear();
  const [form] = Form.useForm<Values>();
  const [files, setFiles] = useState<File[]>([]);
  const now = schoolYearOf(today());
  // A zip of OneRoster says by itself whether it is all or changes.
  const zip = files[0]?.name.toLowerCase().endsWith(".zip") ?? false;

  const send = useMutation({
    mutationFn: ({ mode, effective_on, school_year }: Values) => {
      const [file] = files;
      if (!file) throw new Error(t("imports.fileMissing"));
      const body = new FormData();
      body.append("school", school.id);
      if (!zip) body.append("mode", mode);
      body.append("effective_on", effective_on.format("YYYY-MM-DD"));
      if (school_year !== "") body.append("school_year", String(school_year));
      body.append("file", file, file.name);
      // The form is what the serializer gives; the typed body only names its parts.
      return call(api.POST("/api/v1/roster/imports", { body: { file: file.name }, bodySerializer: () => body }));
    },
    onSuccess: async (made) => {
      await invalidate("/api/v1/roster/imports");
      navigate(`/school/imports/${made.id}`);
    },
  });

  const template = () => {
    const lines = [t("template.header").split(","), ...t("template.rows").split(";").map((row) => row.split(","))];
    download(t("template.file"), new Blob([toCsv(lines)], { type: "text/csv;charset=utf-8" }));
    message.success(t("template.saved"));
  };

  return (
    <Card
      title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("imports.new")}</h2>}
      extra={
        <Button icon={<DownloadOutlined />} onClick={template}>
          {t("template.button")}
        </Button>
      }
    >
      {isProblem(send.error) && send.error.errors.length > 0 ? (
        <RefusedFile error={send.error} />
      ) : (
        <ProblemAlert error={send.error} />
      )}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ mode: "full", effective_on: dayjs(today()), school_year: "" }}
        onFinish={(values) => send.mutate(values)}
      >
        <Form.Item label={t("imports.fileLabel")} extra={t("imports.fileHelp")}>
          <UploadArea
            files={files}
            onChange={(next) => {
              send.reset();
              setFiles(next);
            }}
            accept=".xlsx,.csv,.zip"
            types={t("imports.types")}
            maxBytes={MAX}
            disabled={send.isPending}
          />
        </Form.Item>
        <Form.Item name="mode" label={t("imports.mode")} hidden={zip}>
          <Radio.Group style={{ display: "grid", gap: 8 }}>
            <Radio value="full">{t("imports.full")}</Radio>
            <Radio value="partial">{t("imports.partial")}</Radio>
          </Radio.Group>
        </Form.Item>
        <Flex gap={16} wrap>
          <Form.Item
            name="effective_on"
            label={t("imports.effective")}
            extra={t("imports.effectiveHelp")}
            rules={[{ required: true, message: t("required") }]}
          >
            <DatePicker allowClear={false} style={{ width: 180 }} />
          </Form.Item>
          <Form.Item name="school_year" label={t("imports.schoolYear")}>
            <Select
              style={{ width: 220 }}
              options={[
                { value: "", label: t("imports.yearByFile") },
                ...[now + 1, now, now - 1].map((value) => ({ value, label: yearName(value) })),
              ]}
            />
          </Form.Item>
        </Flex>
        <Button type="primary" htmlType="submit" loading={send.isPending} disabled={files.length === 0}>
          {t("imports.compare")}
        </Button>
        <Typography.Text type="secondary" style={{ marginInlineStart: 12 }}>
          {t("imports.nothingYet")}
        </Typography.Text>
      </Form>
    </Card>
  );
}
