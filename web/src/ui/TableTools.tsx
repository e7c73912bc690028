import { DownloadOutlined, SettingOutlined } from "@ant-design/icons";
import { App, Button, Checkbox, Dropdown, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import type { Column } from "./DataTable";
import { download, toCsv } from "./csv";
import { useProblemText } from "./problems";
import { useSaveFile } from "./saveFile";
import { today } from "./time";

/** An export that the service makes. */
export interface ExportLink {
  label: string;
  href: string;
}

interface Props<T> {
  name: string;
  all: Column<T>[];
  chosen: string[];
  onChoose: (keys: string[]) => void;
  readAll: (told: (count: number) => void) => Promise<T[]>;
  links?: ExportLink[];
}

/** The choice of columns and the export of a table. */
export function TableTools<T>({ name, all, chosen, onChoose, readAll, links }: Props<T>) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const say = useProblemText();
  const [busy, setBusy] = useState(false);
  const exported = all.filter((column) => column.csv);
  const saving = useSaveFile();

  const save = async () => {
    const key = `export-${name}`;
    setBusy(true);
    try {
      const rows = await readAll((count) => message.loading({ key, content: t("table.exporting", { count }), duration: 0 }));
      const lines = [exported.map((column) => column.title), ...rows.map((row) => exported.map((column) => column.csv?.(row) ?? ""))];
      download(`${name}-${today()}.csv`, new Blob([toCsv(lines)], { type: "text/csv;charset=utf-8" }));
      message.success({ key, content: t("table.exported", { count: rows.length }) });
    } catch (error) {
      message.error({ key, content: say.whole(error) });
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Popover
        trigger="click"
        placement="bottomRight"
        title={t("table.columns")}
        content={
          <Checkbox.Group
            value={chosen}
            onChange={onChoose}
            style={{ display: "grid", gap: 8 }}
            options={all
              .filter((column, index) => index > 0 && !column.fixed)
              .map((column) => ({ value: column.key, label: column.title }))}
          />
        }
      >
        <Button icon={<SettingOutlined />} aria-haspopup="dialog">
          {t("table.columnsButton")}
        </Button>
      </Popover>
      {links && links.length > 0 ? (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: links.map((link) => ({ key: link.href, label: link.label, onClick: () => saving.save(link.href, name) })),
          }}
        >
          <Button icon={<DownloadOutlined />} aria-haspopup="menu" loading={saving.busy}>
            {t("table.export")}
          </Button>
        </Dropdown>
      ) : (
        exported.length > 0 && (
          <Button icon={<DownloadOutlined />} loading={busy} onClick={save}>
            {t("table.exportCsv")}
          </Button>
        )
      )}
    </>
  );
}
