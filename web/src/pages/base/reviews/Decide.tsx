import { useMutation } from "@tanstack/react-query";
import { Button, Flex, Input, Modal, Progress, Radio } from "antd";
import { useId, useState } from "react";
import { api, call, newIdempotencyKey } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import { useProblemText } from "@/ui/problems";
import { type Decision, type Scan, useScanWords } from "./scans";

export interface Decided {
  decision: Decision;
  done: Scan[];
  failed: { scan: Scan; message: string }[];
}

interface Props {
  scans: Scan[];
  /** What is chosen at first. */
  decision?: Decision | undefined;
  /** Whether this takes an earlier decision back. */
  undo?: boolean;
  onDone: (decided: Decided) => void;
  onClose: () => void;
}

const USUAL = { accept: ["seen", "teacher", "clock"], refuse: ["nobody", "other", "mistake"] } as const;
/** Scans that are told in full. */
const SHOWN = 5;

/** Whether scans count, with one reason for all. */
export default function Decide({ scans, decision: first, undo = false, onDone, onClose }: Props) {
  const { t } = useTranslation("closing");
  const { t: common } = useTranslation();
  const words = useScanWords();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const id = useId();
  const [decision, setDecision] = useState<Decision>(first ?? "accept");
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const [sent, setSent] = useState(0);
  const decide = useMutation({
    mutationFn: async (said: string): Promise<Decided> => {
      const decided: Decided = { decision, done: [], failed: [] };
      for (const [index, scan] of scans.entries()) {
        try {
          // One after the other: each is a decision of its own, and what one cannot do does not stop the next.
          // oxlint-disable-next-line no-await-in-loop
          await call(
            api.POST("/api/v1/scans/{id}/review", {
              params: { path: { id: scan.id }, header: { "Idempotency-Key": newIdempotencyKey() } },
              body: { decision, reason: said },
            }),
          );
          decided.done.push(scan);
        } catch (error) {
          decided.failed.push({ scan, message: say.whole(error) });
        }
        setSent(index + 1);
      }
      return decided;
    },
    onSuccess: (decided) => {
      void invalidate("/api/v1/reviews", "/api/v1/sessions", "/api/v1/participations", "/api/v1/waiting", "/api/v1/reports");
      onDone(decided);
    },
  });
  const send = () => {
    if (reason.trim() === "") {
      setMissing(true);
      document.getElementById(`${id}reason`)?.focus();
    } else decide.mutate(reason.trim());
  };
  const [only] = scans;
  const usual = USUAL[decision].map((one) => t(`decide.usual.${decision}.${one}` as "decide.usual.accept.seen"));
  return (
    <Modal
      open
      title={scans.length === 1 && only ? t("decide.one", { name: words.name(only) }) : t("decide.title", { count: scans.length })}
      okText={t("decide.ok")}
      okButtonProps={{ danger: decision === "refuse", size: "large" }}
      cancelText={common("action.cancel")}
      cancelButtonProps={{ size: "large" }}
      confirmLoading={decide.isPending}
      mask={{ closable: false }}
      onOk={send}
      onCancel={onClose}
    >
      {undo && <p style={{ marginTop: 0 }}>{t("decide.undoLead")}</p>}
      <ul style={{ margin: "0 0 16px", paddingInlineStart: 20 }}>
        {scans.slice(0, SHOWN).map((scan) => (
          <li key={scan.id}>
            <strong>{words.name(scan)}</strong> <Muted>{words.className(scan)}</Muted>
            <br />
            <span className="kepu-numbers">{words.at(scan)}</span> · {words.how(scan)} · {words.device(scan)}
            <br />
            {words.reason(scan.reason)}
          </li>
        ))}
        {scans.length > SHOWN && <li>{t("decide.more", { count: scans.length - SHOWN })}</li>}
      </ul>
      <fieldset style={{ border: 0, margin: "0 0 16px", padding: 0 }}>
        <legend style={{ padding: 0, marginBottom: 6, fontWeight: 600 }}>{t("decide.decision")}</legend>
        <Radio.Group value={decision} onChange={(event) => setDecision(event.target.value as Decision)} style={{ display: "grid", gap: 8 }}>
          {(["accept", "refuse"] as const).map((one) => (
            <Radio key={one} value={one}>
              <strong>{t(`decide.${one}`)}</strong> <Muted>{t(`decide.${one}Lead`)}</Muted>
            </Radio>
          ))}
        </Radio.Group>
      </fieldset>
      <label htmlFor={`${id}reason`} style={{ fontWeight: 600 }}>
        {t("decide.reason")}
      </label>
      <Input.TextArea
        id={`${id}reason`}
        autoSize={{ minRows: 2, maxRows: 5 }}
        maxLength={500}
        value={reason}
        status={missing ? "error" : ""}
        aria-invalid={missing}
        aria-describedby={`${id}help`}
        style={{ margin: "6px 0" }}
        onChange={(event) => {
          setReason(event.target.value);
          setMissing(false);
        }}
      />
      <p id={`${id}help`} role={missing ? "alert" : undefined} style={{ margin: "0 0 8px" }}>
        {missing ? t("decide.missing") : t("decide.reasonHelp")}
      </p>
      <Flex gap={8} wrap>
        {usual.map((one) => (
          <Button
            key={one}
            onClick={() => {
              setReason(one);
              setMissing(false);
            }}
          >
            {one}
          </Button>
        ))}
      </Flex>
      {decide.isPending && scans.length > 1 && (
        <Progress percent={Math.floor((sent / scans.length) * 100)} aria-label={t("decide.ok")} style={{ marginTop: 12 }} />
      )}
    </Modal>
  );
}
