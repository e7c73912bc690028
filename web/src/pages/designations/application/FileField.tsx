import { DeleteOutlined, PlusOutlined, ReloadOutlined } from "@ant-design/icons";
import { App, Button, Flex, Progress } from "antd";
import { useRef, useState } from "react";
import { api, call, newIdempotencyKey } from "@/api/client";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import { useProblemText } from "@/ui/problems";
import { useSaveFile } from "@/ui/saveFile";
import { fileSize } from "@/ui/UploadArea";
import { uploadFile } from "../upload";
import type { Application } from "../words";

interface Sending {
  key: string;
  file: File;
  percent: number;
  error?: unknown;
}

interface Props {
  application: Application;
  /** The form's field, or null for photographs of the spot check. */
  field: string | null;
  label: string;
  maxFiles: number;
  /** After each change of the files. */
  changed: () => Promise<unknown>;
  readOnly?: boolean;
}

const ACCEPT = ".pdf,.ofd,image/*";
const MAX = 20 << 20;

/** Files of one field: each is sent as soon as it is chosen, with how far it is; a broken line is tried again. */
export function FileField({ application, field, label, maxFiles, changed, readOnly = false }: Props) {
  const { t } = useTranslation("designations");
  const { t: common } = useTranslation();
  const say = useProblemText();
  const { message } = App.useApp();
  const { busy, save } = useSaveFile();
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<Sending[]>([]);
  const there = application.files.filter((one) => (one.field ?? null) === field);
  const path = field === null ? `/api/v1/applications/${application.id}/photos` : `/api/v1/applications/${application.id}/files?field=${encodeURIComponent(field)}`;
  const set = (key: string, next: Partial<Sending>) => setSending((all) => all.map((one) => (one.key === key ? { ...one, ...next } : one)));
  const send = async (key: string, file: File) => {
    set(key, { percent: 0, error: undefined });
    try {
      await uploadFile(path, file, key, (percent) => set(key, { percent }));
      await changed();
      setSending((all) => all.filter((one) => one.key !== key));
    } catch (error) {
      set(key, { error });
    }
  };
  const choose = async (files: File[]) => {
    const right = files.filter((file) => {
      if (file.size <= MAX) return true;
      message.error(common("upload.tooLarge", { name: file.name, size: fileSize(MAX) }));
      return false;
    });
    const room = right.slice(0, Math.max(0, maxFiles - there.length));
    if (room.length < right.length) message.error(common("upload.tooMany", { count: maxFiles }));
    const fresh = room.map((file) => ({ key: newIdempotencyKey(), file, percent: 0 }));
    setSending((all) => [...all, ...fresh]);
    for (const one of fresh) {
      // One after the other: each is a new version of the application.
      // oxlint-disable-next-line no-await-in-loop
      await send(one.key, one.file);
    }
  };
  const remove = async (id: string) => {
    try {
      await call(api.DELETE("/api/v1/applications/{id}/files/{file_id}", { params: { path: { id: application.id, file_id: id } } }));
      await changed();
    } catch (error) {
      message.error(say.whole(error));
    }
  };
  return (
    <div role="group" aria-label={label}>
      <ul style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 6 }}>
        {there.map((file) => (
          <li key={file.id}>
            <Flex gap={8} align="center" wrap>
              <Button
                type="link"
                style={{ padding: 0, whiteSpace: "normal", height: "auto", textAlign: "start" }}
                disabled={busy}
                onClick={() => void save(`/api/v1/applications/${application.id}/files/${file.id}`, file.file_name)}
              >
                {file.file_name}
              </Button>
              <Muted>{fileSize(file.bytes)}</Muted>
              {!readOnly && field !== null && (
                <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={common("upload.remove", { name: file.file_name })} onClick={() => void remove(file.id)} />
              )}
            </Flex>
          </li>
        ))}
        {sending.map((one) => (
          <li key={one.key}>
            <Flex gap={8} align="center" wrap>
              <span>{one.file.name}</span>
              {one.error === undefined ? (
                <Progress aria-label={one.file.name} percent={one.percent} size="small" style={{ width: 160 }} />
              ) : (
                <>
                  <span role="alert" style={{ color: "var(--ant-color-error-text)" }}>
                    {say.whole(one.error)}
                  </span>
                  <Button size="small" icon={<ReloadOutlined />} onClick={() => void send(one.key, one.file)}>
                    {common("action.retry")}
                  </Button>
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={common("upload.remove", { name: one.file.name })}
                    onClick={() => setSending((all) => all.filter((two) => two.key !== one.key))}
                  />
                </>
              )}
            </Flex>
          </li>
        ))}
      </ul>
      {!readOnly && there.length + sending.length < maxFiles && (
        <>
          <input
            ref={input}
            type="file"
            // A form shows inputs of files even when they are `hidden`.
            style={{ display: "none" }}
            aria-label={label}
            accept={field === null ? "image/*" : ACCEPT}
            multiple={maxFiles > 1}
            onChange={(event) => {
              void choose([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
          <Button icon={<PlusOutlined aria-hidden />} style={{ marginTop: 6 }} aria-label={`${t("file.add")}: ${label}`} onClick={() => input.current?.click()}>
            {t("file.add")}
          </Button>
        </>
      )}
      {readOnly && there.length === 0 && <Muted>{t("noFile")}</Muted>}
    </div>
  );
}
