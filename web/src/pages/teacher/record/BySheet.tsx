import { FileExcelOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Flex } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { UploadArea } from "@/ui/UploadArea";
import type { Draft, Session } from "./draft";
import { Found } from "./Found";
import { readRows } from "./match";

interface Props {
  draft: Draft;
  session: Session;
  change: (next: Partial<Draft>) => void;
}

/** A sheet is read here, so that what is wrong stands beside its row before anything is sent. */
export function BySheet({ draft, session, change }: Props) {
  const { t } = useTranslation("teacher");
  const text = useText();
  const [wrong, setWrong] = useState<string>();
  const read = async (file: File) => {
    setWrong(undefined);
    try {
      const { readSheet } = await import("./readSheet");
      const rows = readRows(await readSheet(file));
      if (rows.length === 0) setWrong(t("record.sheet.empty"));
      else change({ sheet: { name: file.name, rows } });
    } catch (error) {
      const code = error instanceof Error && error.name === "UnreadableSheet" ? error.message : "unreadable";
      setWrong(text(`teacher:record.sheet.${code}`, {}, t("record.sheet.unreadable")));
    }
  };
  const drop = () => {
    const { sheet: _, ...rest } = draft;
    change({ ...rest, sheet: undefined as never });
  };
  return (
    <Card size="small">
      {wrong && <Alert type="error" role="alert" showIcon title={wrong} style={{ marginBottom: 12 }} />}
      {draft.sheet ? (
        <Flex gap={12} align="center" wrap>
          <FileExcelOutlined aria-hidden style={{ fontSize: 22 }} />
          <strong>{draft.sheet.name}</strong>
          <Muted>{t("record.sheet.rows", { count: draft.sheet.rows.length })}</Muted>
          <Button size="small" onClick={drop}>
            {t("record.sheet.other")}
          </Button>
        </Flex>
      ) : (
        <>
          <UploadArea
            files={[]}
            onChange={([file]) => file && void read(file)}
            accept=".xlsx,.csv,.txt"
            types="XLSX, CSV"
            maxBytes={4 << 20}
          />
          <Muted block style={{ margin: "10px 0 0" }}>
            {t("record.sheet.hint")}
          </Muted>
        </>
      )}
      <Found draft={draft} session={session} way="sheet" change={change} />
    </Card>
  );
}
