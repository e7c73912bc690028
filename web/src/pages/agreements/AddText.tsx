import { useMutation } from "@tanstack/react-query";
import { App, Modal } from "antd";
import { useState } from "react";
import { api, call } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { UploadArea } from "@/ui/UploadArea";

/** Uploads the text that is to be signed, or another one in its place. */
export default function AddText({ id, party, onClose }: { id: string; party: string; onClose: () => void }) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [files, setFiles] = useState<File[]>([]);
  const add = useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.set("file", file);
      return call(
        api.POST("/api/v1/agreements/{id}/texts", {
          params: { path: { id }, query: { organization_id: party } },
          body: { file: file.name },
          bodySerializer: () => form,
        }),
      );
    },
    onSuccess: () => {
      message.success(t("page.textAdded"));
      void invalidate("/api/v1/agreements");
      onClose();
    },
  });
  const [file] = files;
  return (
    <Modal
      open
      title={t("page.addText")}
      okText={t("page.sendText")}
      okButtonProps={{ disabled: file === undefined }}
      cancelText={common("action.cancel")}
      confirmLoading={add.isPending}
      onOk={() => file && add.mutate(file)}
      onCancel={onClose}
    >
      <ProblemAlert error={add.error} />
      <UploadArea files={files} onChange={setFiles} accept=".pdf,.ofd,.docx,image/*" types={t("page.textTypes")} maxBytes={20 << 20} />
    </Modal>
  );
}
