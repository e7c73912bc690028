import { Card, Input } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "@/i18n";
import type { Draft, Session } from "./draft";
import { Found } from "./Found";

interface Props {
  draft: Draft;
  session: Session;
  change: (next: Partial<Draft>) => void;
}

export function ByPaste({ draft, session, change }: Props) {
  const { t } = useTranslation("teacher");
  const [text, setText] = useState(draft.text);
  const shown = useDeferredValue(draft.text);
  return (
    <Card size="small">
      <label htmlFor="paste" style={{ display: "block", marginBottom: 6 }}>
        {t("record.pasteLabel")}
      </label>
      <Input.TextArea
        id="paste"
        autoFocus
        value={text}
        autoSize={{ minRows: 5, maxRows: 14 }}
        placeholder={t("record.pasteHint")}
        onChange={(event) => {
          setText(event.target.value);
          change({ text: event.target.value });
        }}
      />
      <Found draft={{ ...draft, text: shown }} session={session} way="paste" change={change} />
    </Card>
  );
}
