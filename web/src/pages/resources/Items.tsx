import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Flex, Switch } from "antd";
import { api, call } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
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
              <span>{t("days.item", { label: item.label })}</span>
              {!item.in_service && <Muted>{item.note || t("items.unfit")}</Muted>}
            </Flex>
          </li>
        ))}
      </ul>
    </>
  );
}
