import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Flex, InputNumber, Switch } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, call } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";

/** Each of the things, and whether it can be had: what came back broken is put back once it is repaired. */
export function Items({ id }: { id: string }) {
  const { t } = useTranslation("resources");
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const { data, error, refetch } = useQuery(getQuery("/api/v1/resources/{id}/items", { params: { path: { id } } }));
  const change = useMutation({
    mutationFn: ({ item, fit }: { item: string; fit: boolean }) =>
      call(
        api.PATCH("/api/v1/resources/{id}/items/{item_id}", {
          params: { path: { id, item_id: item } },
          body: { in_service: fit, ...(fit && { note: "" }) },
        }),
      ),
    onSuccess: () => {
      message.success(t("form.saved"));
      void invalidate("/api/v1/resources");
    },
  });
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data?.items.length) return null;
  return (
    <>
      <h2 style={{ fontSize: 18, margin: "24px 0 12px" }}>{t("items.title")}</h2>
      <ProblemAlert error={change.error} />
      <ul style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 8 }}>
        {data.items.map((item) => (
          <li key={item.id}>
            <Flex gap={10} wrap align="center">
              <Switch
                aria-label={t("items.fit", { label: item.label })}
                checked={item.in_service}
                loading={change.isPending && change.variables.item === item.id}
                onChange={(fit) => change.mutate({ item: item.id, fit })}
              />
              <Link to={`/resources/${id}/items/${item.id}`}>{t("days.item", { label: item.label })}</Link>
              {!item.in_service && <Muted>{item.note || t("items.unfit")}</Muted>}
            </Flex>
          </li>
        ))}
      </ul>
      <Add id={id} />
    </>
  );
}

/** More of the same, which carry the next numbers. */
function Add({ id }: { id: string }) {
  const { t } = useTranslation("resources");
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { message } = App.useApp();
  const [count, setCount] = useState<number | null>(1);
  const add = useMutation({
    mutationFn: (more: number) =>
      call(api.POST("/api/v1/resources/{id}/items", { params: { path: { id }, header: key.header }, body: { count: more } })),
    onSuccess: () => {
      key.renew();
      message.success(t("form.saved"));
      return invalidate("/api/v1/resources");
    },
  });
  return (
    <>
      <ProblemAlert error={add.error} />
      <Flex gap={8} align="center" style={{ marginTop: 12 }}>
        <InputNumber aria-label={t("items.more")} min={1} max={500} precision={0} value={count} onChange={setCount} />
        <Button disabled={count === null} loading={add.isPending} onClick={() => count !== null && add.mutate(count)}>
          {t("items.add")}
        </Button>
      </Flex>
    </>
  );
}
