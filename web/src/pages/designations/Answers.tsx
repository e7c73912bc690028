import { DownloadOutlined } from "@ant-design/icons";
import { Button, Flex } from "antd";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { useSaveFile } from "@/ui/saveFile";
import { fileSize } from "@/ui/UploadArea";
import { type Application, type Field, useDay } from "./words";

/** What an application says, with its files. */
export function Answers({ application, fields }: { application: Application; fields: Field[] }) {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const answer = useAnswer();
  return (
    <dl style={{ margin: 0, display: "grid", gap: 14 }}>
      {fields.map((field) => (
        <div key={field.key}>
          <dt style={{ color: "var(--ant-color-text-secondary)", fontSize: 13 }}>{named(field.name_zh, field.name_en)}</dt>
          <dd style={{ margin: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            {field.answer.kind === "file" ? (
              <Files application={application} field={field.key} />
            ) : (
              answer(field, (application.answers as Record<string, unknown>)[field.key]) || <Muted>{t("notAnswered")}</Muted>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Files of one field, or the photographs of the spot check. */
export function Files({ application, field }: { application: Application; field: string | null }) {
  const { t } = useTranslation("designations");
  const { busy, save } = useSaveFile();
  const files = application.files.filter((one) => (one.field ?? null) === field);
  if (files.length === 0) return <Muted>{t("noFile")}</Muted>;
  return (
    <Flex gap={8} wrap>
      {files.map((file) => (
        <Button
          key={file.id}
          icon={<DownloadOutlined aria-hidden />}
          disabled={busy}
          onClick={() => void save(`/api/v1/applications/${application.id}/files/${file.id}`, file.file_name)}
        >
          {file.file_name} ({fileSize(file.bytes)})
        </Button>
      ))}
    </Flex>
  );
}

function useAnswer() {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const day = useDay();
  return (field: Field, value: unknown): string => {
    if (value === undefined || value === null || value === "") return "";
    const { answer } = field;
    if (answer.kind === "yes_no") return value === true ? t("yes") : t("no");
    if (answer.kind === "date") return day(String(value));
    if (answer.kind === "number") return `${String(value)} ${named(answer.unit_zh, answer.unit_en)}`.trim();
    if (answer.kind === "choice")
      return [value]
        .flat()
        .map((one) => {
          const option = answer.options.find((two) => two.value === one);
          return option ? named(option.name_zh, option.name_en) : String(one);
        })
        .join(t("join"));
    return String(value);
  };
}
