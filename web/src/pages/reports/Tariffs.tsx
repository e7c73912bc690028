import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, DatePicker, Form, Input, Popconfirm, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { api, call, newIdempotencyKey, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { FormModal } from "@/pages/district/FormModal";
import { OrganizationSelect } from "@/pages/district/pick";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { money } from "./Tables";
import { WideTable } from "@/ui/WideTable";

type Tariff = Schemas["TariffView"];

/** What a person costs at each host, or at one; the district's official sets it. */
export function Tariffs({ host, manages }: { host?: string | undefined; manages: boolean }) {
  const { t } = useTranslation("reports");
  const named = useNamed();
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const [adding, setAdding] = useState(false);
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/tariffs", { params: { query: host ? { host } : {} } }));
  const done = (text: string) => {
    setAdding(false);
    void invalidate("/api/v1/tariffs", "/api/v1/reports/ready");
    message.success(text);
  };
  const withdraw = useMutation({
    mutationFn: (id: string) => call(api.DELETE("/api/v1/tariffs/{id}", { params: { path: { id } } })),
    onSuccess: () => done(t("tariffs.withdrawn")),
  });
  return (
    <Card
      className="kepu-no-print"
      title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("tariffs.title")}</h2>}
      extra={manages && <Button onClick={() => setAdding(true)}>{t("tariffs.add")}</Button>}
      styles={{ body: { padding: 0 } }}
    >
      <Muted block style={{ padding: "12px 16px" }}>
        {t("tariffs.lead")}
      </Muted>
      <ProblemAlert error={error ?? withdraw.error} retry={refetch} />
      <WideTable<Tariff>
        aria-label={t("tariffs.title")}
        loading={isPending && !error}
        rowKey="id"
        dataSource={data?.items ?? []}
        pagination={(data?.items.length ?? 0) > 10 ? { pageSize: 10, showSizeChanger: false } : false}
        locale={{ emptyText: t("tariffs.none") }}
        columns={[
          { key: "host", title: t("tariffs.host"), render: (_, row) => named(row.host_name_zh, row.host_name_en) },
          { key: "activity", title: t("tariffs.activity"), render: (_, row) => row.activity_title_zh ?? t("tariffs.all") },
          { key: "yuan", title: t("tariffs.yuan"), align: "right", className: "kepu-numbers", render: (_, row) => money(row.yuan) },
          { key: "from", title: t("tariffs.from"), dataIndex: "first_day" },
          { key: "to", title: t("tariffs.to"), render: (_, row) => row.last_day ?? t("tariffs.open") },
          { key: "note", title: t("tariffs.note"), render: (_, row) => row.note || "—" },
          ...(manages
            ? [
                {
                  key: "act",
                  title: t("acts"),
                  render: (_: unknown, row: Tariff) => (
                    <Popconfirm title={t("tariffs.withdrawAsk")} okText={t("tariffs.withdraw")} onConfirm={() => withdraw.mutateAsync(row.id)}>
                      <Button type="link" size="small" danger>
                        {t("tariffs.withdraw")}
                      </Button>
                    </Popconfirm>
                  ),
                },
              ]
            : []),
        ]}
      />
      {adding && <AddTariff host={host} onDone={() => done(t("tariffs.set"))} onClose={() => setAdding(false)} />}
    </Card>
  );
}

interface Typed {
  host_id: string;
  activity_id?: string;
  yuan: string;
  first_day: Dayjs;
  last_day?: Dayjs | null;
  note?: string;
}

function AddTariff({ host, onDone, onClose }: { host?: string | undefined; onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation("reports");
  const { t: common } = useTranslation();
  const required = { required: true, message: common("problem.field.required") };
  return (
    <FormModal<Typed, Tariff>
      title={t("tariffs.add")}
      okText={common("action.save")}
      initial={{ ...(host && { host_id: host }), first_day: dayjs().startOf("month") }}
      send={(values) =>
        call(
          api.POST("/api/v1/tariffs", {
            params: { header: { "Idempotency-Key": newIdempotencyKey() } },
            body: {
              host_id: values.host_id,
              activity_id: values.activity_id ?? null,
              yuan: values.yuan.trim(),
              first_day: values.first_day.format("YYYY-MM-DD"),
              last_day: values.last_day?.format("YYYY-MM-DD") ?? null,
              note: values.note ?? "",
            },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <Form.Item name="host_id" label={t("tariffs.host")} rules={[required]}>
        <OrganizationSelect label={t("tariffs.host")} width="100%" />
      </Form.Item>
      <Form.Item noStyle dependencies={["host_id"]}>
        {({ getFieldValue }) => (
          <Form.Item name="activity_id" label={t("tariffs.activity")}>
            <ActivitySelect host={getFieldValue("host_id") as string | undefined} />
          </Form.Item>
        )}
      </Form.Item>
      <Form.Item name="yuan" label={t("tariffs.yuan")} rules={[{ ...required, whitespace: true }]}>
        <Input inputMode="decimal" maxLength={10} placeholder="217.00" />
      </Form.Item>
      <Form.Item name="first_day" label={t("tariffs.from")} rules={[required]}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="last_day" label={t("tariffs.to")}>
        <DatePicker style={{ width: "100%" }} placeholder={t("tariffs.open")} />
      </Form.Item>
      <Form.Item name="note" label={t("tariffs.note")} extra={t("tariffs.noteHelp")}>
        <Input maxLength={200} />
      </Form.Item>
    </FormModal>
  );
}

function ActivitySelect(props: { host: string | undefined; id?: string; value?: string; onChange?: (value: string | undefined) => void }) {
  const { t } = useTranslation("reports");
  const named = useNamed();
  const { data } = useQuery({
    ...getQuery("/api/v1/activities", { params: { query: { host_id: props.host ?? "", limit: 200 } } }),
    enabled: Boolean(props.host),
  });
  return (
    <Select
      {...(props.id && { id: props.id })}
      aria-label={t("tariffs.activity")}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      placeholder={t("tariffs.all")}
      value={props.value}
      onChange={(next: string | undefined) => props.onChange?.(next)}
      options={(data?.items ?? []).map((one) => ({ value: one.id, label: named(one.title_zh, one.title_en) }))}
    />
  );
}
