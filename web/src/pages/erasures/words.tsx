import { Alert, Card, Descriptions, Flex, Tag } from "antd";
import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";

export type Erasure = Schemas["ErasureView"];

const COLOURS = { requested: "warning", approved: "processing", refused: "error", taken_back: "default", done: "success" } as const;

/** Where one is, in words. */
export function State({ state }: { state: Erasure["state"] }) {
  const { t } = useTranslation("erasures");
  return <Tag color={COLOURS[state]}>{t(`states.${state}`)}</Tag>;
}

const GOES = ["roster", "credit", "door", "papers", "accounts", "trail"] as const;
const STAYS = ["leaves", "others", "trail"] as const;

/** What goes, what stays, and what cannot be reached. */
export function WhatGoes() {
  const { t } = useTranslation("erasures");
  const list = (items: React.ReactNode) => <ul style={{ margin: 0, paddingInlineStart: 20 }}>{items}</ul>;
  return (
    <Flex vertical gap={16} style={{ marginBlock: 16 }}>
      <Flex gap={16} wrap align="stretch">
        <Card size="small" title={<h2 style={{ fontSize: 16, margin: 0 }}>{t("goes")}</h2>} style={{ flex: "1 1 320px" }}>
          {list(GOES.map((key) => <li key={key}>{t(`goesList.${key}`)}</li>))}
        </Card>
        <Card size="small" title={<h2 style={{ fontSize: 16, margin: 0 }}>{t("stays")}</h2>} style={{ flex: "1 1 320px" }}>
          {list(STAYS.map((key) => <li key={key}>{t(`staysList.${key}`)}</li>))}
        </Card>
      </Flex>
      <Alert type="info" showIcon title={t("cannot")} />
    </Flex>
  );
}

const COUNTS = ["participations", "results", "entries", "credentials", "scans", "files", "accounts", "audit_events"] as const;

/** How much there is, or was. */
export function Counts({ title, of }: { title: string; of: Schemas["ErasureCounts"] }) {
  const { t } = useTranslation("erasures");
  return (
    <Descriptions
      size="small"
      bordered
      title={<h2 style={{ fontSize: 16, margin: 0 }}>{title}</h2>}
      column={{ xs: 2, sm: 4 }}
      items={COUNTS.map((key) => ({ key, label: t(`counts.${key}`), children: of[key] }))}
    />
  );
}
