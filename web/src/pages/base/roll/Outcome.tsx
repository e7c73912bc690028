import { ArrowRightOutlined, CheckCircleOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Tag } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { getQuery } from "@/api/query";
import { useLanguage, useNamed, useText } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { WideTable } from "@/ui/WideTable";
import { formatTime } from "@/ui/time";
import type { Sent } from "./SendRoll";

const COLOURS: Record<string, string> = { confirmed: "success", rejected: "error", absent: "default", refused: "warning" };

/** What became of everybody, those who could not be confirmed first; and the next session that waits. */
export default function Outcome({ session, sent, onClose }: { session: string; sent: Sent; onClose: () => void }) {
  const { t } = useTranslation("base");
  const text = useText();
  const named = useNamed();
  const { language } = useLanguage();
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  const { data: waiting } = useQuery(getQuery("/api/v1/waiting"));
  const next = waiting?.items.find((item) => item.session_id !== session);
  useEffect(() => heading.current?.focus(), []);
  const rows = sent.outcomes.toSorted(
    (a, b) => Number(b.outcome === "refused") - Number(a.outcome === "refused") || (a.name ?? "").localeCompare(b.name ?? "", "zh-CN"),
  );
  return (
    <Card style={{ marginBottom: 20 }}>
      <Flex gap={12} align="center" wrap>
        <CheckCircleOutlined aria-hidden style={{ fontSize: 28, color: "var(--ant-color-success)" }} />
        <h2 ref={heading} tabIndex={-1} style={{ margin: 0, fontSize: 20, flex: 1 }}>
          {t("outcome.title", { present: sent.confirmed, absent: sent.absent, rejected: sent.rejected })}
        </h2>
        <Button onClick={onClose}>{t("outcome.close")}</Button>
        {next && (
          <Button type="primary" style={{ maxWidth: "100%", height: "auto", minHeight: 38, whiteSpace: "normal" }} icon={<ArrowRightOutlined aria-hidden />} onClick={() => navigate(`/sessions/${next.session_id}`)}>
            {t("outcome.next", {
              title: named(next.activity_title_zh, next.activity_title_en),
              day: formatTime(next.starts_at, "weekday", language),
            })}
          </Button>
        )}
      </Flex>
      {sent.refused > 0 && (
        <Alert type="warning" showIcon style={{ marginTop: 12 }} title={t("outcome.refused", { count: sent.refused })} />
      )}
      <details style={{ marginTop: 12 }} open={sent.refused > 0}>
        <summary style={{ cursor: "pointer", minHeight: 24 }}>{t("outcome.each")}</summary>
        <div style={{ marginTop: 8 }}>
          <WideTable
            rowKey="participation_id"
            dataSource={rows}
            pagination={rows.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
            columns={[
              { title: t("column.name"), dataIndex: "name" },
              {
                title: t("column.outcome"),
                render: (_, row) => (
                  <Tag color={COLOURS[row.outcome] ?? "default"}>{text(`base:outcome.word.${row.outcome}`, {}, row.outcome)}</Tag>
                ),
              },
              { title: t("column.credit"), align: "right", render: (_, row) => <Credit value={row.credit} /> },
              {
                title: t("column.note"),
                render: (_, row) => (row.code ? text(`base:refusal.${row.code}`, {}, row.message ?? row.code) : ""),
              },
            ]}
          />
        </div>
      </details>
    </Card>
  );
}
