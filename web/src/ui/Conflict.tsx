import { Button, Modal, Typography } from "antd";
import type { ReactNode } from "react";
import { WideTable } from "./WideTable";
import { useTranslation } from "@/i18n";

export interface ConflictField {
  key: string;
  label: string;
  theirs: ReactNode;
  mine: ReactNode;
  /** Whether the two differ. */
  differs: boolean;
}

interface Props {
  open: boolean;
  fields: ConflictField[];
  /** Give up the own version and show what is saved. */
  onTakeTheirs: () => void;
  /** Save the own version over the newest: send it again with the newest `If-Match`. */
  onKeepMine: () => void;
  /** Close, and go on editing. */
  onBack: () => void;
  saving?: boolean;
}

/** After a 412 `version_changed`: both versions side by side, and the choice. */
export function Conflict({ open, fields, onTakeTheirs, onKeepMine, onBack, saving = false }: Props) {
  const { t } = useTranslation();
  const different = fields.filter((field) => field.differs);
  return (
    <Modal
      open={open}
      title={t("conflict.title")}
      onCancel={onBack}
      width={720}
      footer={[
        <Button key="back" onClick={onBack}>
          {t("conflict.back")}
        </Button>,
        <Button key="theirs" onClick={onTakeTheirs}>
          {t("conflict.takeTheirs")}
        </Button>,
        <Button key="mine" type="primary" loading={saving} onClick={onKeepMine}>
          {t("conflict.keepMine")}
        </Button>,
      ]}
    >
      <Typography.Paragraph>{t("conflict.lead")}</Typography.Paragraph>
      <WideTable
        pagination={false}
        dataSource={different}
        rowKey="key"
        locale={{ emptyText: t("conflict.same") }}
        columns={[
          { title: t("conflict.field"), dataIndex: "label" },
          { title: t("conflict.theirs"), dataIndex: "theirs" },
          { title: t("conflict.mine"), dataIndex: "mine", render: (value: ReactNode) => <strong>{value}</strong> },
        ]}
      />
    </Modal>
  );
}
