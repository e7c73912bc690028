import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Flex, Skeleton, Typography } from "antd";
import { useTranslation } from "@/i18n";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useNamed } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { SchoolSwitch, useSchool } from "./useSchool";
import { WideTable } from "@/ui/WideTable";

type Waiting = Schemas["Waiting"];
/** The most that the service lists. */
const MOST = 500;

export function Component() {
  const { t } = useTranslation("school");
  const named = useNamed();
  const phone = usePhone();
  const navigate = useNavigate();
  const { id } = useSchool();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/waiting", { params: { query: { host: id } } }));
  const rows = data?.items ?? [];
  const name = (row: Waiting) => <Link to={`/sessions/${row.session_id}`}>{named(row.activity_title_zh, row.activity_title_en)}</Link>;
  const open = (row: Waiting) => (
    <Button
      type="primary"
      onClick={() => navigate(`/sessions/${row.session_id}`)}
      aria-label={`${t("confirm.open")} ${named(row.activity_title_zh, row.activity_title_en)}`}
    >
      {t("confirm.open")}
    </Button>
  );
  return (
    <>
      <PageTitle lead={t("confirm.lead")} actions={<SchoolSwitch />}>
        {t("confirm.title")}
      </PageTitle>
      <ProblemAlert error={error} retry={refetch} />
      {rows.length === MOST && <Alert type="info" showIcon title={t("confirm.cut", { count: MOST })} style={{ marginBottom: 16 }} />}
      {isPending && <Skeleton active title={false} paragraph={{ rows: 6, width: "100%" }} />}
      {data && rows.length === 0 && (
        <EmptyState title={t("confirm.empty")} lead={t("confirm.emptyLead")}>
          <Button onClick={() => navigate("/school")}>{t("confirm.home")}</Button>
        </EmptyState>
      )}
      {rows.length > 0 && phone && (
        <ul aria-label={t("confirm.title")} style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 20 }}>
          {rows.map((row) => (
            <li key={row.session_id}>
              <Flex justify="space-between" gap={12} align="center">
                <div>
                  <strong>{name(row)}</strong>
                  <div>
                    <DateTime value={row.starts_at} />
                  </div>
                  <Typography.Text type="secondary">{t("confirm.count", { count: row.waiting })}</Typography.Text>
                </div>
                {open(row)}
              </Flex>
            </li>
          ))}
        </ul>
      )}
      {rows.length > 0 && !phone && (
        <WideTable<Waiting>
          aria-label={t("confirm.title")}
          rowKey="session_id"
          dataSource={rows}
          pagination={rows.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          columns={[
            { title: t("confirm.activity"), key: "activity", render: (_, row) => name(row) },
            {
              title: t("confirm.when"),
              key: "when",
              render: (_, row) => <DateTime value={row.starts_at} />,
              sorter: (a, b) => a.starts_at.localeCompare(b.starts_at),
            },
            { title: t("confirm.waiting"), dataIndex: "waiting", align: "right", sorter: (a, b) => a.waiting - b.waiting },
            {
              title: t("confirm.since"),
              key: "since",
              render: (_, row) => <DateTime value={row.oldest_recorded_at} />,
              sorter: (a, b) => a.oldest_recorded_at.localeCompare(b.oldest_recorded_at),
            },
            { title: <span className="kepu-hidden">{t("confirm.open")}</span>, key: "open", align: "right", render: (_, row) => open(row) },
          ]}
        />
      )}
    </>
  );
}
