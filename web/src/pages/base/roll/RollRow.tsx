import { EditOutlined, StopOutlined } from "@ant-design/icons";
import { Button, Checkbox, InputNumber } from "antd";
import { memo, type RefObject } from "react";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import type { Guest } from "../guests";
import type { Mark } from "./roll";

/** What a row may ask of the list; the same object for all rows, so that one change draws one row. */
export interface RollActs {
  toggle: (guest: Guest) => void;
  reject: (guest: Guest) => void;
  edit: (guest: Guest, typed?: string) => void;
  minutes: (guest: Guest, minutes: number | undefined) => void;
  reach: (id: string) => void;
}

interface Props {
  guest: Guest;
  mark: Mark;
  /** The row that Tab reaches. */
  current: boolean;
  /** The minutes are being typed, beginning with this. */
  typing?: string | undefined;
  /** The account entered this person itself, and may not confirm it. */
  own: boolean;
  phone: boolean;
  acts: RefObject<RollActs>;
}

export const rowId = (id: string) => `roll-${id}`;

export const RollRow = memo(function RollRow({ guest, mark, current, typing, own, phone, acts }: Props) {
  const { t } = useTranslation("base");
  const minutes = (mark.as === "present" ? mark.minutes : undefined) ?? guest.minutes ?? guest.planned_minutes;
  const changed = mark.as === "present" && mark.minutes !== undefined;
  return (
    <li className="kepu-roll-row" data-mark={mark.as}>
      <Checkbox
        id={rowId(guest.id)}
        checked={mark.as === "present"}
        disabled={own}
        tabIndex={current ? 0 : -1}
        onChange={() => acts.current.toggle(guest)}
        onFocus={() => acts.current.reach(guest.id)}
      >
        <span className="kepu-roll-name">{guest.name}</span>
        <Muted style={{ fontSize: 14 }}>
          <span className="kepu-numbers">{guest.number}</span>
          {mark.as === "reject" && ` · ${mark.reason}`}
          {own && ` · ${t("roll.own")}`}
        </Muted>
      </Checkbox>
      {typing !== undefined ? (
        <InputNumber
          autoFocus
          aria-label={t("roll.minutesOf", { name: guest.name })}
          defaultValue={typing === "" ? minutes : Number(typing)}
          min={0}
          max={1440}
          precision={0}
          suffix={t("minutesUnit")}
          style={{ width: 120 }}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === "Escape") acts.current.minutes(guest, undefined);
            if (event.key === "Enter") acts.current.minutes(guest, read(event.currentTarget.value));
          }}
          onBlur={(event) => acts.current.minutes(guest, read(event.currentTarget.value))}
        />
      ) : (
        mark.as === "present" && (
          <Button
            type="text"
            tabIndex={-1}
            aria-label={t("roll.minutesButton", { name: guest.name, count: minutes })}
            icon={phone ? undefined : <EditOutlined aria-hidden />}
            onClick={() => acts.current.edit(guest)}
            style={{ fontWeight: changed ? 700 : 400, paddingInline: phone ? 6 : undefined }}
            className="kepu-numbers"
          >
            {t("minutes", { count: minutes })}
          </Button>
        )
      )}
      {!phone && <span className="kepu-roll-state">{t(`roll.mark.${mark.as}`)}</span>}
      {phone && mark.as !== "present" && <span className="kepu-roll-state">{t(`roll.mark.${mark.as}`)}</span>}
      {!own && (
        <Button
          type="text"
          tabIndex={-1}
          icon={<StopOutlined aria-hidden />}
          aria-label={t("roll.rejectButton", { name: guest.name })}
          title={t("roll.reject")}
          onClick={() => acts.current.reject(guest)}
        />
      )}
    </li>
  );
});

function read(text: string): number | undefined {
  const digits = /\d+/.exec(text)?.[0];
  return digits === undefined ? undefined : Math.min(1440, Number(digits));
}
