import { CheckCircleOutlined, LockOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Flex } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "@/i18n";
import type { Answer } from "@/api/query";
import { useLanguage } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { formatTime } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import type { Guest } from "../guests";
import { useDeciding } from "../reviews/useDeciding";
import { Oddities } from "./Oddities";
import "./closing.css";

const CloseSession = lazy(() => import("./CloseSession"));

export type DoorState = Answer<"/api/v1/sessions/{id}/door">;

interface Props {
  door: DoorState;
  guests: Guest[];
  now: number;
  onClosed: Parameters<typeof CloseSession>[0]["onClosed"];
}

const PEOPLE = ["registered", "inside", "attended", "confirmed", "absent", "waitlisted"] as const;
const SCANS = { needs_review: "needs_review", refused: "refused", duplicates: "duplicate_of" } as const;

/** How the door stands: what is unusual first, the numbers, the devices; and closing it. */
export default function DoorPanel({ door, guests, now, onClosed }: Props) {
  const { t } = useTranslation("closing");
  const { language } = useLanguage();
  const [, setAddress] = useAddress("tab", "scans-verdict");
  const [held, setHeld] = useState<ReadonlySet<string>>(new Set());
  const [closing, setClosing] = useState(false);
  const deciding = useDeciding();
  const closedAt = door.session.closed_at;
  const over = Date.parse(door.session.ends_at) <= now;
  const recorded = guests.filter((guest) => guest.state === "recorded").length;
  const left = guests.filter((guest) => ["attended", "registered", "recorded"].includes(guest.state)).length;
  const hold = (person: string, yes: boolean) =>
    setHeld((before) => {
      const next = new Set(before);
      if (yes) next.add(person);
      else next.delete(person);
      return next;
    });
  const closeButton = !closedAt && Date.parse(door.session.starts_at) <= now && (
    <Button type={over ? "primary" : "default"} size="large" icon={<LockOutlined aria-hidden />} onClick={() => setClosing(true)}>
      {t("door.close")}
    </Button>
  );
  return (
    <>
      {closedAt ? (
        <Alert
          type="success"
          showIcon
          icon={<CheckCircleOutlined />}
          style={{ marginBottom: 12 }}
          title={t("door.closed", { time: formatTime(closedAt, "datetime", language) })}
          description={
            <>
              {t("door.closedLead")}
              {left > 0 && (
                <>
                  <br />
                  <strong>{t("door.left", { count: left })}</strong>{" "}
                  <Button type="link" style={{ padding: 0, height: "auto" }} onClick={() => setAddress({ tab: "confirm" })}>
                    {t("door.toRoll")}
                  </Button>
                </>
              )}
            </>
          }
        />
      ) : (
        <Muted block style={{ margin: "0 0 12px" }}>
          {t("door.open")} {!over && t("door.running")}
        </Muted>
      )}
      {deciding.outcome}
      <Card size="small" style={{ marginBottom: 12 }}>
        <dl className="kepu-closing-counts kepu-numbers" aria-label={t("door.counts")}>
          {PEOPLE.filter((word) => word !== "waitlisted" || door.counts.waitlisted > 0).map((word) => (
            <div key={word}>
              <dt>{t(`door.${word}`)}</dt>
              <dd data-count={word}>{door.counts[word]}</dd>
            </div>
          ))}
          {(["needs_review", "refused", "duplicates"] as const).map((word) => (
            <div key={word}>
              <dt>{t("door.ofScans", { word: t(`door.${word}`) })}</dt>
              <dd data-count={word}>
                {door.counts[word] > 0 ? (
                  <Button
                    type="link"
                    style={{ padding: 0, height: 24, fontSize: 22, fontWeight: 600, lineHeight: 1.2 }}
                    aria-label={`${t("door.ofScans", { word: t(`door.${word}`) })} ${door.counts[word]}`}
                    onClick={() => setAddress({ tab: "scans", "scans-verdict": SCANS[word] })}
                  >
                    {door.counts[word]}
                  </Button>
                ) : (
                  0
                )}
              </dd>
            </div>
          ))}
        </dl>
      </Card>
      {recorded > 0 && !closedAt && (
        <Alert type="info" showIcon style={{ marginBottom: 12 }} title={t("door.recorded", { count: recorded })} />
      )}
      <Oddities door={door} closed={closedAt != null} held={held} onHold={hold} onDecide={(scans) => deciding.ask(scans)} />
      <Card size="small" style={{ marginTop: 12 }}>
        <h2 style={{ margin: "0 0 4px", fontSize: 16 }}>{t("door.devices")}</h2>
        {door.devices.length === 0 && <Muted>{t("door.devicesNone")}</Muted>}
        <ul className="kepu-closing-rows">
          {door.devices.map((device) => (
            <li key={device.device_id}>
              <strong>{device.name}</strong>
              <Muted>
                {t("door.device", { count: device.scans, time: formatTime(device.last_seen_at, "datetime", language) })}
              </Muted>
            </li>
          ))}
        </ul>
      </Card>
      {closeButton && (
        <Flex gap={12} wrap align="center" justify="space-between" className="kepu-closing-foot kepu-no-print">
          <Muted>
            <span className="kepu-closing-lead">{t("door.closeLead")}</span> {held.size > 0 && <strong>{t("door.held", { count: held.size })}</strong>}
          </Muted>
          {closeButton}
        </Flex>
      )}
      {deciding.dialog}
      <Suspense>
        {closing && (
          <CloseSession
            door={door}
            guests={guests}
            held={held}
            onHold={setHeld}
            onClose={() => setClosing(false)}
            onClosed={(answer) => {
              setClosing(false);
              onClosed(answer);
            }}
          />
        )}
      </Suspense>
    </>
  );
}
