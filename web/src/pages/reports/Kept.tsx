import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex, Popconfirm } from "antd";
import { Link } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useAccess } from "@/pages/district/access";
import { ReportTabs } from "@/pages/district/reports/Frame";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { WideTable } from "@/ui/WideTable";
import { Packs } from "./Packs";

/** Reports that are kept: what one has saved oneself, and of the district packs of a period. */
export function Component() {
  const { t } = useTranslation("reports");
  const { reads } = useAccess();
  return (
    <>
      <PageTitle>{reads ? t("kept.title") : t("kept.saved")}</PageTitle>
      <ReportTabs here="kept" />
      <Flex vertical gap={16}>
        {reads && <Packs />}
        <SavedReports />
      </Flex>
    </>
  );
}

function SavedReports() {
  const { t } = useTranslation("reports");
  const { message } = App.useApp();
  const invalidate = useInvalidate();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/saved-reports"));
  const remove = useMutation({
    mutationFn: (id: string) => call(api.DELETE("/api/v1/saved-reports/{id}", { params: { path: { id } } })),
    onSuccess: () => {
      void invalidate("/api/v1/saved-reports");
      message.success(t("kept.removed"));
    },
  });
  const copy = async (id: string) => {
    await navigator.clipboard.writeText(`${location.origin}/saved-reports/${id}`);
    message.success(t("save.copied"));
  };
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("kept.saved")}</h2>} styles={{ body: { padding: 0 } }}>
      <ProblemAlert error={error ?? remove.error} retry={refetch} />
      <WideTable<Schemas["SavedReport"]>
        aria-label={t("kept.saved")}
        rowKey="id"
        loading={isPending && !error}
        dataSource={data?.items ?? []}
        pagination={(data?.items.length ?? 0) > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        locale={{ emptyText: <EmptyState title={t("kept.savedNone")} lead={t("kept.savedLead")} /> }}
        columns={[
          { key: "name", title: t("save.name"), render: (_, row) => <Link to={`/saved-reports/${row.id}`}>{row.name}</Link> },
          { key: "kind", title: t("kept.kind"), render: (_, row) => t(`ready.${row.kind}`) },
          { key: "at", title: t("kept.savedAt"), render: (_, row) => <DateTime value={row.saved_at} /> },
          {
            key: "act",
            title: t("acts"),
            render: (_, row) => (
              <Flex gap={4}>
                <Button size="small" onClick={() => void copy(row.id)}>
                  {t("save.link")}
                </Button>
                <Popconfirm title={t("kept.removeAsk")} okText={t("kept.remove")} onConfirm={() => remove.mutateAsync(row.id)}>
                  <Button size="small" type="link" danger>
                    {t("kept.remove")}
                  </Button>
                </Popconfirm>
              </Flex>
            ),
          },
        ]}
      />
    </Card>
  );
}
