import { DownloadOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { reportPath } from "@/pages/district/reports/filters";
import { useSaveFile } from "@/ui/saveFile";
import type { Kind } from "./kinds";

/** A ready report as a workbook, a paper or a plain table. */
export function Files({ kind, values }: { kind: Kind; values: Record<string, string | undefined> }) {
  const { t } = useTranslation();
  const { lang } = useLanguage();
  const { busy, save } = useSaveFile();
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: (["xlsx", "pdf", "csv"] as const).map((format) => ({
          key: format,
          label: format.toUpperCase(),
          onClick: () => void save(reportPath(`/api/v1/reports/ready/${kind}`, { ...values, format, lang }), kind),
        })),
      }}
    >
      <Button icon={<DownloadOutlined />} aria-haspopup="menu" loading={busy}>
        {t("table.export")}
      </Button>
    </Dropdown>
  );
}
