import { useMutation } from "@tanstack/react-query";
import { App, Modal } from "antd";
import { useState } from "react";
import { api, call } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { UploadArea } from "@/ui/UploadArea";

/** Adds a file to a resource. */
export default function AddFile({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("resources");
  const { t: common } = useTranslation();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [files, setFiles] = useState<File[]>([]);
  const add = useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.set("file", file);
      return call(
        api.POST("/api/v1/resources/{id}/files", {
          params: { path: { id } },
          body: { file: file.name },
          bodySerializer: () => form,
        }),
      );
    },
    onSuccess: () => {
      message.success(t("files.added"));
      void invalidate("/api/v1/resources");
      onClose();
    },
  });
  const [file] = files;
  return (
    <Modal
      open
      title={t("files.add")}
      okText={t("files.send")}
      okButtonProps={{ disabled: file === undefined }}
      cancelText={common("action.cancel")}
      confirmLoading={add.isPending}
      onOk={() => file && add.mutate(file)}
      onCancel={onClose}
    >
      <ProblemAlert error={add.error} />
      <UploadArea
        files={files}
        onChange={setFiles}
        accept=".pdf,.ofd,.docx,.xlsx,.pptx,image/*"
        types={t("files.types")}
        maxBytes={20 << 20}
      />
    </Modal>
  );
}
