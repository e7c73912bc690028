import { Button, Flex, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import type { Guest } from "../guests";
import type { Mark } from "./roll";

interface Props {
  guest: Guest;
  mark: Mark;
  onMark: (mark: Mark) => void;
  onClose: () => void;
}

const USUAL = ["wrongDay", "leftEarly", "notGuest", "otherClass"] as const;

/** Why somebody is rejected; the school reads it. */
export default function RejectReason({ guest, mark, onMark, onClose }: Props) {
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const [reason, setReason] = useState(mark.as === "reject" ? mark.reason : "");
  const [missing, setMissing] = useState(false);
  const done = () => {
    const said = reason.trim();
    if (said === "") {
      setMissing(true);
      return;
    }
    onMark({ as: "reject", reason: said });
    onClose();
  };
  return (
    <Modal
      open
      title={t("roll.rejectTitle", { name: guest.name })}
      okText={t("roll.rejectOk")}
      okButtonProps={{ danger: true }}
      cancelText={common("action.cancel")}
      onOk={done}
      onCancel={onClose}
    >
      <label htmlFor="reject-reason">{t("roll.reason")}</label>
      <Input.TextArea
        id="reject-reason"
        autoFocus
        autoSize={{ minRows: 2, maxRows: 5 }}
        maxLength={500}
        value={reason}
        status={missing ? "error" : ""}
        aria-describedby="reject-help"
        style={{ margin: "6px 0" }}
        onChange={(event) => {
          setReason(event.target.value);
          setMissing(false);
        }}
        onKeyDown={(event) => {
          // Enter of an input method only ends a word.
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            event.stopPropagation();
            done();
          }
        }}
      />
      <p id="reject-help" role={missing ? "alert" : undefined} style={{ margin: "0 0 8px" }}>
        {missing ? t("roll.reasonMissing") : t("roll.reasonHelp")}
      </p>
      <Flex gap={8} wrap>
        {USUAL.map((one) => (
          <Button key={one} onClick={() => setReason(t(`roll.usual.${one}`))}>
            {t(`roll.usual.${one}`)}
          </Button>
        ))}
      </Flex>
      {mark.as === "reject" && (
        <Button
          type="link"
          style={{ paddingInline: 0, marginTop: 8 }}
          onClick={() => {
            onMark({ as: "present" });
            onClose();
          }}
        >
          {t("roll.notRejected")}
        </Button>
      )}
    </Modal>
  );
}
