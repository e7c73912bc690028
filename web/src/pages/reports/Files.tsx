import { DownloadOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { reportPath } from "@/pages/district/reports/filters";
import { useSaveFile } from "@/ui/saveFile";
import type { Kind } from "./kinds";

interface Props {
  kind: Kind;
  values: Record<string, string | undefined>;
  /** Its tables, each of which is a file of its own as CSV; none of them until they are there. */
  sections?: Pick<Schemas["ReadySection"], "key" | "title">[] | undefined;
}

/** A ready report as a workbook, a paper, or table by table. */
export function Files({ kind, values, sections = [] }: Props) {
  const { t } = useTranslation();
  const { lang } = useLanguage();
  const { busy, save } = useSaveFile();
  const file = (more: Record<string, string>, name: string) =>
    void save(reportPath(`/api/v1/reports/ready/${kind}`, { ...values, ...more, lang }), name);
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          ...(["xlsx", "pdf"] as const).map((format) => ({
            key: format,
            label: format.toUpperCase(),
            onClick: () => file({ format }, kind),
          })),
          ...sections.map((section) => ({
            key: section.key,
            label: `CSV · ${section.title}`,
            onClick: () => file({ format: "csv", section: section.key }, `${kind}-${section.key}`),
          })),
        ],
      }}
    >
      <Button icon={<DownloadOutlined />} aria-haspopup="menu" loading={busy}>
        {t("table.export")}
      </Button>
    </Dropdown>
  );
}
