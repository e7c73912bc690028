import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Checkbox, Modal, Select } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call, type Schemas } from "@/api/client";
import { useIdempotencyKey, useMe } from "@/api/query";
import { useClassName } from "@/ui/names";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { type Guest, guestsQuery, inLine } from "../guests";
import type { DoorState } from "./DoorPanel";
import { planned } from "./oddities";
import "./closing.css";

interface Props {
  door: DoorState;
  guests: Guest[];
  held: ReadonlySet<string>;
  onHold: (held: ReadonlySet<string>) => void;
  onClose: () => void;
  onClosed: (answer: Schemas["CloseAnswer"]) => void;
}

/** What closing will do, in numbers, before it does it. */
export default function CloseSession({ door, guests: known, held, onHold, onClose, onClosed }: Props) {
  const { t } = useTranslation("closing");
  const me = useMe();
  const id = useId();
  const classNameOf = useClassName();
  const key = useIdempotencyKey();
  const [markAbsent, setMarkAbsent] = useState(true);
  // As it stands now: scans may have come since the page was opened.
  const fresh = useQuery({ ...guestsQuery(door.session.id), staleTime: 0 });
  const guests = fresh.data ?? known;
  const plan = planned(guests, held, markAbsent, me.account_id);
  const missing = guests.filter((guest) => guest.state === "registered").length;
  const close = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/sessions/{id}/door/close", {
          params: { path: { id: door.session.id }, header: key.header },
          body: { hold: [...held], mark_absent: markAbsent },
        }),
      ),
    onSuccess: onClosed,
    // Another try may say other things.
    onError: () => key.renew(),
  });
  const candidates = inLine(guests.filter((guest) => ["attended", "registered"].includes(guest.state)));
  const lines = [
    ["confirmed", plan.confirmed.length],
    ["absent", plan.absent.length],
    ["held", plan.held.length],
    ...(plan.own.length > 0 ? [["own", plan.own.length] as const] : []),
  ] as const;
  return (
    <Modal
      open
      title={t("close.title")}
      okText={t("close.ok")}
      cancelText={t("close.back")}
      okButtonProps={{ size: "large", disabled: fresh.isFetching && !fresh.data }}
      cancelButtonProps={{ size: "large" }}
      confirmLoading={close.isPending}
      mask={{ closable: !close.isPending }}
      onOk={() => close.mutate()}
      onCancel={onClose}
    >
      <ProblemAlert error={close.error ?? fresh.error} />
      <ul className="kepu-closing-plan" aria-live="polite">
        {lines.map(([word, count]) => (
          <li key={word} data-plan={word}>
            <b className="kepu-numbers">{count}</b>
            {t(`close.${word}`)}
          </li>
        ))}
      </ul>
      {plan.confirmed.length === 0 && <Alert type="warning" showIcon style={{ marginBottom: 12 }} title={t("close.nobody")} />}
      {door.counts.needs_review > 0 && (
        <Alert type="info" showIcon style={{ marginBottom: 12 }} title={t("close.doubts", { count: door.counts.needs_review })} />
      )}
      {missing > 0 && (
        <div style={{ marginBottom: 12 }}>
          <Checkbox checked={markAbsent} onChange={(event) => setMarkAbsent(event.target.checked)}>
            {t("close.markAbsent", { count: missing })}
          </Checkbox>
          <Muted block style={{ margin: "0 0 0 24px" }}>
            {t("close.keepAbsent")}
          </Muted>
        </div>
      )}
      <label htmlFor={`${id}hold`} style={{ fontWeight: 600 }}>
        {t("close.holdLabel")}
      </label>
      <Select
        id={`${id}hold`}
        mode="multiple"
        style={{ width: "100%", margin: "4px 0" }}
        placeholder={t("close.holdPlaceholder")}
        value={candidates.map((guest) => guest.person_id).filter((person) => held.has(person))}
        showSearch={{ optionFilterProp: "label" }}
        options={candidates.map((guest) => ({
          value: guest.person_id,
          label: `${guest.name} ${guest.class_name ? classNameOf(guest.grade ?? null, guest.class_name) : ""}`.trim(),
        }))}
        onChange={(next: string[]) => onHold(new Set(next))}
      />
      <Muted block style={{ margin: "0 0 12px" }}>
        {t("close.holdLead")}
      </Muted>
      <p style={{ margin: 0 }}>{t("close.effect")}</p>
    </Modal>
  );
}
