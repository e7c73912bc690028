import { CameraOutlined, InboxOutlined } from "@ant-design/icons";
import { App, Button, Typography, Upload } from "antd";
import { useRef } from "react";
import { useTranslation } from "@/i18n";
import { usePhone } from "@/app/theme";

interface Props {
  /** The files chosen so far; the page sends them. */
  files: File[];
  onChange: (files: File[]) => void;
  /** As in `accept` of an input: `.xlsx,.csv` or `image/*,application/pdf`. */
  accept: string;
  /** The same in words. */
  types: string;
  maxBytes: number;
  maxFiles?: number;
  /** Offers the camera on a phone. */
  camera?: boolean;
  disabled?: boolean;
}

export function fileSize(bytes: number): string {
  return bytes >= 1 << 20 ? `${Math.round(bytes / (1 << 20))} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

/** Whether a file is of one of the kinds in an `accept` list. */
export function accepts(accept: string, file: Pick<File, "name" | "type">): boolean {
  return accept.split(",").some((part) => {
    const kind = part.trim().toLowerCase();
    if (kind.startsWith(".")) return file.name.toLowerCase().endsWith(kind);
    return kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind;
  });
}

/** Chooses files by click, drop or camera, and says at once which ones the service would refuse. */
export function UploadArea({ files, onChange, accept, types, maxBytes, maxFiles = 1, camera, disabled }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const phone = usePhone();
  const shutter = useRef<HTMLInputElement>(null);

  const add = (chosen: File[]) => {
    const good = chosen.filter((file) => {
      if (file.size > maxBytes) message.error(t("upload.tooLarge", { name: file.name, size: fileSize(maxBytes) }));
      else if (!accepts(accept, file)) message.error(t("upload.wrongType", { name: file.name, types }));
      else return true;
      return false;
    });
    const all = maxFiles === 1 ? good.slice(-1) : [...files, ...good];
    if (all.length > maxFiles) message.error(t("upload.tooMany", { count: maxFiles }));
    if (good.length > 0) onChange(all.slice(0, maxFiles));
  };

  return (
    <div>
      <Upload.Dragger
        accept={accept}
        multiple={maxFiles > 1}
        disabled={disabled ?? false}
        // Called once a file: act on the last, with all that were chosen.
        beforeUpload={(file, all) => {
          if (all.at(-1) === file) add(all);
          return false;
        }}
        fileList={files.map((file, index) => ({ uid: `${index}-${file.name}`, name: `${file.name} (${fileSize(file.size)})` }))}
        onRemove={(removed) => onChange(files.filter((file, index) => `${index}-${file.name}` !== removed.uid))}
      >
        <InboxOutlined aria-hidden style={{ fontSize: 36, opacity: 0.6 }} />
        <p style={{ margin: "8px 0 2px" }}>{t("upload.lead")}</p>
        <Typography.Text type="secondary">{t("upload.limits", { types, size: fileSize(maxBytes) })}</Typography.Text>
      </Upload.Dragger>
      {camera && phone && (
        <>
          <input
            ref={shutter}
            type="file"
            accept="image/*"
            capture="environment"
            hidden
            onChange={(event) => {
              add([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
          <Button icon={<CameraOutlined />} block style={{ marginTop: 8 }} disabled={disabled ?? false} onClick={() => shutter.current?.click()}>
            {t("upload.camera")}
          </Button>
        </>
      )}
    </div>
  );
}
