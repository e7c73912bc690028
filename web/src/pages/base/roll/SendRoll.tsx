import { useMutation } from "@tanstack/react-query";
import { Modal } from "antd";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "@/i18n";
import { api, call, newIdempotencyKey, type Schemas } from "@/api/client";
import { ProblemAlert } from "@/ui/ProblemAlert";
import type { Guest, SessionRow } from "../guests";
import { type Mark, requestsFor, type Sorted } from "./roll";

export type Sent = Omit<Schemas["ConfirmAnswer"], "session_id">;

interface Props {
  session: SessionRow;
  guests: Guest[];
  markOf: (guest: Guest) => Mark;
  sorted: Sorted;
  onClose: () => void;
  onSent: (answer: Sent) => void;
}

/** What will be said, before it is sent; what went wrong, with everything still there. */
export default function SendRoll({ session, guests, markOf, sorted, onClose, onSent }: Props) {
  const { t } = useTranslation("base");
  // The same words are sent under the same key, however often.
  const keys = useRef(new Map<string, string>());
  const answered = useRef(new Map<string, Schemas["ConfirmAnswer"]>());
  const send = useMutation({
    mutationFn: async () => {
      const sent: Sent = { confirmed: 0, rejected: 0, absent: 0, refused: 0, ledger_entries: 0, outcomes: [] };
      for (const body of requestsFor(guests, markOf)) {
        const words = JSON.stringify(body);
        const key = keys.current.get(words) ?? newIdempotencyKey();
        keys.current.set(words, key);
        // One after the other: where one fails, those before it stand.
        const answer =
          answered.current.get(words) ??
          // oxlint-disable-next-line no-await-in-loop
          (await call(
            api.POST("/api/v1/sessions/{id}/confirmation", {
              params: { path: { id: session.id }, header: { "Idempotency-Key": key } },
              body,
            }),
          ));
        answered.current.set(words, answer);
        for (const word of ["confirmed", "rejected", "absent", "refused", "ledger_entries"] as const)
          sent[word] += answer[word];
        sent.outcomes.push(...answer.outcomes);
      }
      return sent;
    },
    onSuccess: onSent,
  });

  const names = (title: string, list: ReactNode[]) =>
    list.length > 0 && (
      <section>
        <h2 style={{ margin: "12px 0 4px", fontSize: 15 }}>{title}</h2>
        <ul style={{ margin: 0, paddingInlineStart: 20 }}>{list}</ul>
      </section>
    );
  return (
    <Modal
      open
      title={t("send.title")}
      okText={t("send.ok")}
      cancelText={t("send.back")}
      okButtonProps={{ autoFocus: true, size: "large" }}
      cancelButtonProps={{ size: "large" }}
      confirmLoading={send.isPending}
      mask={{ closable: !send.isPending }}
      onOk={() => send.mutate()}
      onCancel={onClose}
    >
      <ProblemAlert error={send.error} />
      {send.error && <p>{t("send.kept")}</p>}
      <p style={{ fontSize: 20, fontWeight: 600, margin: "8px 0" }} className="kepu-numbers">
        {t("send.summary", {
          present: sorted.present.length,
          absent: sorted.absent.length,
          rejected: sorted.rejected.length,
        })}
      </p>
      <p style={{ margin: 0 }}>{t("send.effect")}</p>
      {names(
        t("send.absent"),
        sorted.absent.map((guest) => <li key={guest.id}>{guest.name}</li>),
      )}
      {names(
        t("send.rejected"),
        sorted.rejected.map(({ guest, reason }) => (
          <li key={guest.id}>
            <strong>{guest.name}</strong> {reason}
          </li>
        )),
      )}
      {names(
        t("send.changed"),
        sorted.changed.map(({ guest, minutes }) => (
          <li key={guest.id}>
            <strong>{guest.name}</strong> {guest.minutes ?? guest.planned_minutes} → {t("minutes", { count: minutes })}
          </li>
        )),
      )}
      {names(
        t("send.later"),
        sorted.later.map((guest) => <li key={guest.id}>{guest.name}</li>),
      )}
    </Modal>
  );
}
