import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Form, Input, Switch } from "antd";
import { Link, useParams } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { mayManage } from "@/pages/base/hosts";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { BookingState } from "./BookingState";
import type { Booking, Resource } from "./words";

type Item = Schemas["ResourceItem"];

/** One of the things: what is written on it, whether it can be had, and who had it in which state. */
export function Component() {
  const { id = "", item: wanted = "" } = useParams();
  const { t } = useTranslation("resources");
  const me = useMe();
  const named = useNamed();
  const resource = useQuery(getQuery("/api/v1/resources/{id}", { params: { path: { id } } }));
  const items = useQuery(getQuery("/api/v1/resources/{id}/items", { params: { path: { id } } }));
  const error = resource.error ?? items.error;
  if (error) return <ProblemAlert error={error} retry={() => Promise.all([resource.refetch(), items.refetch()])} />;
  if (!resource.data || !items.data) return <PageSkeleton />;
  const item = items.data.items.find((one) => one.id === wanted);
  const title = named(resource.data.title_zh, resource.data.title_en);
  if (!item) return <EmptyState title={t("items.gone", { name: title })} />;
  const manages = mayManage(me, { host_id: resource.data.owner_id, district_id: resource.data.district_id });
  return (
    <>
      <PageTitle lead={<Link to={`/resources/${id}`}>{title}</Link>}>{t("days.item", { label: item.label })}</PageTitle>
      {!item.in_service && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 16 }}
          title={item.note ? t("items.out", { note: item.note }) : t("items.unfit")}
        />
      )}
      {manages && <Change key={item.label} resource={resource.data} item={item} />}
      <h2 style={{ fontSize: 18, margin: "24px 0 12px" }}>{t("items.history")}</h2>
      <History item={item.id} />
    </>
  );
}

/** What the owner may say of it. */
function Change({ resource, item }: { resource: Resource; item: Item }) {
  const { t } = useTranslation("resources");
  const { t: common } = useTranslation();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const change = useMutation({
    mutationFn: (body: Schemas["ItemChange"]) =>
      call(api.PATCH("/api/v1/resources/{id}/items/{item_id}", { params: { path: { id: resource.id, item_id: item.id } }, body })),
    onSuccess: () => {
      message.success(t("form.saved"));
      return invalidate("/api/v1/resources");
    },
  });
  return (
    <Card size="small">
      <ProblemAlert error={change.error} />
      <Form layout="vertical" initialValues={item} onFinish={(values: Schemas["ItemChange"]) => change.mutate(values)}>
        <Flex gap="0 20px" wrap>
          <Form.Item
            name="label"
            label={t("items.label")}
            rules={[{ required: true, whitespace: true, message: common("problem.field.required") }]}
          >
            <Input maxLength={60} style={{ width: 200 }} />
          </Form.Item>
          <Form.Item name="note" label={t("items.note")} style={{ flex: 1, minWidth: 220 }}>
            <Input maxLength={200} />
          </Form.Item>
          <Form.Item name="in_service" label={t("items.inService")} valuePropName="checked">
            <Switch />
          </Form.Item>
        </Flex>
        <Button htmlType="submit" loading={change.isPending}>
          {common("action.save")}
        </Button>
      </Form>
    </Card>
  );
}

/** Its bookings, as far as one may know of them. */
function History({ item }: { item: string }) {
  const { t } = useTranslation("resources");
  const named = useNamed();
  const asker = (row: Booking) => named(row.organization_name_zh, row.organization_name_en);
  const back = (row: Booking) => (row.condition ? t(`condition.${row.condition}`) : "");
  const columns: Column<Booking>[] = [
    {
      key: "days",
      title: t("desk.days"),
      fixed: true,
      render: (row) => (
        <>
          <DateTime value={row.first_day} /> – <DateTime value={row.returned_on ?? row.last_day} />
        </>
      ),
      csv: (row) => `${row.first_day} – ${row.returned_on ?? row.last_day}`,
    },
    { key: "asker", title: t("desk.asker"), render: asker, csv: asker },
    { key: "purpose", title: t("ask.purpose"), render: (row) => row.purpose, csv: (row) => row.purpose },
    { key: "state", title: t("field.status"), render: (row) => <BookingState row={row} />, csv: (row) => t(`state.${row.state}`) },
    {
      key: "back",
      title: t("step.condition"),
      render: (row) => (
        <Flex vertical gap={2}>
          {back(row)}
          {row.remark && <Muted>{row.remark}</Muted>}
        </Flex>
      ),
      csv: (row) => [back(row), row.remark].filter(Boolean).join(" · "),
    },
  ];
  return (
    <DataTable
      name="item-history"
      label={t("items.history")}
      columns={columns}
      rowKey={(row) => row.id}
      source={(page) =>
        getQuery("/api/v1/bookings", {
          params: { query: { limit: page.limit, ...(page.cursor && { cursor: page.cursor }), item_id: item } },
        })
      }
      empty={<EmptyState title={t("items.never")} />}
    />
  );
}
