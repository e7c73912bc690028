import { CopyOutlined, DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex, Tag, Typography } from "antd";
import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";
import { getQuery, useMe } from "@/api/query";
import { download } from "@/ui/csv";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";

type Checkpoint = Schemas["CheckpointView"];

/** The signed heads of the district's ledger, for schools to keep: whoever holds one can tell that its past was not changed. */
export function Component() {
  const { t } = useTranslation("school");
  const id = useMe().district_id ?? "";
  const columns: Column<Checkpoint>[] = [
    { key: "made", title: t("checkpoints.made"), render: (row) => <DateTime value={row.made_at} />, csv: (row) => row.made_at },
    { key: "size", title: t("checkpoints.size"), align: "right", render: (row) => <span className="kepu-numbers">{row.size}</span>, csv: (row) => String(row.size) },
    {
      key: "root",
      title: t("checkpoints.root"),
      render: (row) => <Typography.Text code style={{ overflowWrap: "anywhere" }}>{row.root}</Typography.Text>,
      csv: (row) => row.root,
    },
    {
      key: "save",
      title: t("checkpoints.file"),
      render: (row) => (
        <Button
          size="small"
          icon={<DownloadOutlined />}
          aria-label={t("checkpoints.saveOne", { size: row.size })}
          onClick={() => download(`checkpoint-${row.size}.txt`, new Blob([row.note], { type: "text/plain;charset=utf-8" }))}
        >
          {t("checkpoints.save")}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageTitle lead={t("checkpoints.lead")}>{t("checkpoints.title")}</PageTitle>
      <DataTable
        name="checkpoints"
        label={t("checkpoints.title")}
        source={(page) => getQuery("/api/v1/districts/{id}/checkpoints", { params: { path: { id }, query: page } })}
        columns={columns}
        rowKey={(row) => String(row.size)}
        empty={<EmptyState title={t("checkpoints.empty")} lead={t("checkpoints.emptyLead")} />}
      />
      <Keys district={id} />
    </>
  );
}

/** The public keys by which checkpoints and proofs are checked. */
function Keys({ district }: { district: string }) {
  const { t } = useTranslation("school");
  const { message } = App.useApp();
  const keys = useQuery(getQuery("/api/v1/districts/{id}/checkpoint/keys", { params: { path: { id: district } } }));
  const copy = async (key: string) => {
    try {
      await navigator.clipboard.writeText(key);
      message.success(t("checkpoints.copied"));
    } catch {
      message.error(t("checkpoints.notCopied"));
    }
  };
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("checkpoints.keys")}</h2>} style={{ marginTop: 24 }}>
      <ProblemAlert error={keys.error} retry={keys.refetch} />
      {keys.isPending && <PageSkeleton rows={2} />}
      {keys.data?.items.length === 0 && <Muted>{t("checkpoints.noKeys")}</Muted>}
      <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12 }}>
        {keys.data?.items.map((one) => (
          <li key={one.key}>
            <Flex gap={8} wrap align="center">
              <Typography.Text code style={{ overflowWrap: "anywhere" }}>
                {one.key}
              </Typography.Text>
              <Button size="small" icon={<CopyOutlined />} aria-label={t("checkpoints.copyOne", { id: one.key_id })} onClick={() => copy(one.key)}>
                {t("checkpoints.copy")}
              </Button>
              {one.retired_at && (
                <Tag>
                  {t("checkpoints.retired")} <DateTime value={one.retired_at} style="date" />
                </Tag>
              )}
            </Flex>
          </li>
        ))}
      </ul>
      <Muted>{t("checkpoints.how")}</Muted>
    </Card>
  );
}
