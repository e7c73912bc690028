import { DownloadOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Card, Checkbox, DatePicker, Flex, Form, Input, Radio, Select, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { isProblem } from "@/api/problem";
import { getQuery, useIdempotencyKey, useInvalidate, useMe } from "@/api/query";
import { rolesOf } from "@/app/roles";

import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useOrganizationKind } from "@/pages/designations/words";
import { KINDS as ORGANIZATION_KINDS } from "@/pages/district/organizations/kinds";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useSaveFile } from "@/ui/saveFile";
import { StatusTag } from "@/ui/StatusTag";
import { UploadArea } from "@/ui/UploadArea";
import { KINDS, type Kind, useListWords } from "./columns";
import { useCounts } from "./useCounts";

type Import = Schemas["ListImportView"];

export function Component() {
  const { t } = useTranslation("lists");
  const counts = useCounts();
  const columns: Column<Import>[] = [
    {
      key: "file",
      title: t("lists.file"),
      render: (row) => <Link to={`/lists/${row.id}`}>{row.file_name}</Link>,
      csv: (row) => row.file_name,
    },
    { key: "kind", title: t("lists.kind"), render: (row) => t(`kind.${row.kind}`), csv: (row) => t(`kind.${row.kind}`) },
    { key: "state", title: t("lists.state"), render: (row) => <StatusTag of="import" state={row.state} />, csv: (row) => row.state },
    { key: "counts", title: t("lists.counts"), render: (row) => counts(row.counts), csv: (row) => counts(row.counts) },
    {
      key: "created",
      title: t("lists.created"),
      render: (row) => <DateTime value={row.created_at} />,
      csv: (row) => row.created_at,
    },
  ];
  return (
    <>
      <PageTitle lead={t("lists.lead")}>{t("lists.title")}</PageTitle>
      <NewList />
      <Typography.Title level={2} style={{ fontSize: 19, marginTop: 32 }}>
        {t("lists.past")}
      </Typography.Title>
      <DataTable
        name="lists"
        label={t("lists.past")}
        columns={columns}
        rowKey={(row) => row.id}
        source={(page) => getQuery("/api/v1/list_imports", { params: { query: { limit: page.limit, cursor: page.cursor } } })}
        empty={<EmptyState title={t("lists.empty")} lead={t("lists.emptyLead")} />}
      />
    </>
  );
}

interface Values {
  kind: Kind;
  organization_kind?: Schemas["OrganizationKind"];
  new_programmes?: boolean;
  scheme?: string;
  programme?: string;
  main_theme?: string;
  source?: string;
  valid_from?: Dayjs | null;
  valid_to?: Dayjs | null;
  number?: string;
  listed?: boolean;
  edition?: string;
  member_role?: (typeof ROLES)[number];
}

const ROLES = ["guide", "host", "undertake", "support"] as const;
const day = (value: Dayjs | null | undefined) => value?.format("YYYY-MM-DD");
const WIDE = { minWidth: 260, flex: "1 1 260px" };

/** Whether what is on such a list holds from a day on. */
const dated = (kind: Kind) => kind === "designations" || kind === "competitions";

function NewList() {
  const { t } = useTranslation("lists");
  const words = useListWords();
  const named = useNamed();
  const kindOf = useOrganizationKind();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const template = useSaveFile();
  const [form] = Form.useForm<Values>();
  const [files, setFiles] = useState<File[]>([]);
  const above = rolesOf(useMe()).every((role) => role === "city_official");
  const [asked] = useSearchParams();
  const kinds: readonly Kind[] = above ? ["themes", "members"] : KINDS;
  const first = kinds.find((one) => one === asked.get("kind")) ?? kinds[0] ?? "themes";
  const kind = Form.useWatch("kind", form) ?? first;
  const schemes = useQuery({ ...getQuery("/api/v1/schemes", { params: { query: { limit: 200 } } }), enabled: kind === "designations" });
  const programmes = useQuery({ ...getQuery("/api/v1/programmes", { params: { query: { limit: 200 } } }), enabled: kind === "themes" || kind === "members" });
  const editions = useQuery({ ...getQuery("/api/v1/editions", { params: { query: { limit: 500 } } }), enabled: kind === "members" });

  const send = useMutation({
    mutationFn: ({ kind, organization_kind, new_programmes, scheme, programme, main_theme, source, ...given }: Values) => {
      const [file] = files;
      if (!file) throw new Error(t("lists.fileMissing"));
      const body = new FormData();
      body.append("file", file, file.name);
      const query = {
        kind,
        organization_kind: kind === "organizations" ? organization_kind : undefined,
        scheme: kind === "designations" ? scheme : undefined,
        programme: kind === "themes" ? programme : undefined,
        new_programmes: kind === "themes" ? new_programmes : undefined,
        main_theme: kind === "themes" ? main_theme?.trim() || undefined : undefined,
        source: source?.trim() || undefined,
        valid_from: dated(kind) ? day(given.valid_from) : undefined,
        valid_to: dated(kind) ? day(given.valid_to) : undefined,
        number: kind === "designations" ? given.number?.trim() || undefined : undefined,
        listed: kind === "competitions" ? given.listed : undefined,
        edition: kind === "members" ? given.edition : undefined,
        member_role: kind === "members" ? given.member_role : undefined,
      };
      return call(
        api.POST("/api/v1/list_imports", {
          params: { query, header: key.header },
          // The form is what the serializer gives; the typed body only names its parts.
          body: { file: file.name },
          bodySerializer: () => body,
        }),
      );
    },
    onSuccess: async (made) => {
      key.renew();
      await invalidate("/api/v1/list_imports");
      navigate(`/lists/${made.id}`);
    },
    onError: () => key.renew(),
  });
  const errors = isProblem(send.error) ? send.error.errors : [];

  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("lists.new")}</h2>}>
      <ProblemAlert
        error={send.error}
        {...(errors.length > 0 && { rest: errors.map((wrong) => ({ ...wrong, message: `${words.column(wrong.field)}: ${words.refusal(wrong)}` })) })}
      />
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ kind: first, edition: asked.get("edition") ?? undefined, member_role: "host" }}
        onFinish={(values) => send.mutate(values)}
      >
        <Form.Item name="kind" label={t("lists.kind")}>
          <Radio.Group optionType="button" options={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))} onChange={() => send.reset()} />
        </Form.Item>
        <Form.Item label={t("lists.fileLabel")} extra={t(`help.${kind}`)}>
          <UploadArea
            files={files}
            onChange={(next) => {
              send.reset();
              setFiles(next);
            }}
            accept=".xlsx,.csv"
            types={t("lists.types")}
            maxBytes={20 << 20}
            disabled={send.isPending}
          />
        </Form.Item>
        <Flex gap={16} wrap>
          {kind === "organizations" && (
            <Form.Item name="organization_kind" label={t("lists.organizationKind")} extra={t("lists.organizationKindHelp")} style={{ flex: "0 1 260px" }}>
              <Select allowClear options={ORGANIZATION_KINDS.map((value) => ({ value, label: kindOf(value) }))} />
            </Form.Item>
          )}
          {kind === "designations" && (
            <Form.Item name="scheme" label={t("lists.scheme")} extra={t("lists.schemeHelp")} style={WIDE}>
              <Select
                allowClear
                loading={schemes.isFetching}
                options={schemes.data?.items.map((one) => ({ value: one.code, label: one.name_zh })) ?? []}
              />
            </Form.Item>
          )}
          {kind === "members" && (
            <>
              <Form.Item name="edition" label={t("lists.edition")} style={WIDE}>
                <Select
                  loading={editions.isFetching}
                  options={
                    editions.data?.items
                      .filter((one) => one.state !== "closed" && programmes.data?.items.some(({ id, managed }) => managed && id === one.programme_id))
                      .map((one) => ({ value: one.id, label: `${named(one.programme_name_zh, one.programme_name_en)} ${one.year} ${named(one.title_zh, one.title_en)}` })) ?? []
                  }
                />
              </Form.Item>
              <Form.Item name="member_role" label={t("lists.memberRole")} extra={t("lists.memberRoleHelp")} style={WIDE}>
                <Select allowClear options={ROLES.map((value) => ({ value, label: t(`value.${value}`) }))} />
              </Form.Item>
            </>
          )}
          {dated(kind) && (
            <>
              <Form.Item name="valid_from" label={t("lists.validFrom")} extra={t("lists.validFromHelp")} style={{ flex: "0 1 200px" }}>
                <DatePicker style={{ width: "100%" }} />
              </Form.Item>
              <Form.Item name="valid_to" label={t("lists.validTo")} extra={t("lists.validToHelp")} style={{ flex: "0 1 200px" }}>
                <DatePicker style={{ width: "100%" }} />
              </Form.Item>
            </>
          )}
          {kind === "designations" && (
            <Form.Item name="number" label={t("lists.number")} extra={t("lists.numberHelp")} style={WIDE}>
              <Input maxLength={60} />
            </Form.Item>
          )}
          {kind === "competitions" && (
            <Form.Item name="listed" valuePropName="checked" extra={t("lists.listedHelp")} style={{ ...WIDE, alignSelf: "end" }}>
              <Checkbox>{t("lists.listed")}</Checkbox>
            </Form.Item>
          )}
          {kind === "themes" && (
            <>
              <Form.Item name="programme" label={t("lists.programme")} extra={t("lists.programmeHelp")} style={WIDE}>
                <Select
                  allowClear
                  loading={programmes.isFetching}
                  options={programmes.data?.items.filter((one) => one.managed).map((one) => ({ value: one.code, label: named(one.name_zh, one.name_en) })) ?? []}
                />
              </Form.Item>
              <Form.Item name="main_theme" label={t("lists.mainTheme")} extra={t("lists.mainThemeHelp")} style={WIDE}>
                <Input maxLength={120} />
              </Form.Item>
              <Form.Item name="new_programmes" valuePropName="checked" extra={t("lists.newProgrammesHelp")} style={{ ...WIDE, alignSelf: "end" }}>
                <Checkbox>{t("lists.newProgrammes")}</Checkbox>
              </Form.Item>
            </>
          )}
          {kind !== "organizations" && kind !== "members" && (
            <Form.Item name="source" label={t("lists.source")} extra={t("lists.sourceHelp")} style={WIDE}>
              <Input maxLength={400} />
            </Form.Item>
          )}
        </Flex>
        <Flex gap={12} wrap align="center">
          <Button type="primary" htmlType="submit" loading={send.isPending} disabled={files.length === 0}>
            {t("lists.compare")}
          </Button>
          <Button
            icon={<DownloadOutlined />}
            loading={template.busy}
            onClick={() => void template.save(`/api/v1/list_templates/${kind}`, `${kind}.xlsx`)}
          >
            {t("lists.template")}
          </Button>
          <Typography.Text type="secondary">{t("lists.nothingYet")}</Typography.Text>
        </Flex>
      </Form>
    </Card>
  );
}
