import { useQuery } from "@tanstack/react-query";
import { Button, Card, Checkbox, Flex, Tag } from "antd";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useLanguage, useText } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime } from "@/ui/time";
import { type Scan, useScanWords } from "../reviews/scans";
import type { DoorState } from "./DoorPanel";
import { type Oddity, type Group, grouped, HOLDS } from "./oddities";
import "./closing.css";

interface Props {
  door: DoorState;
  closed: boolean;
  held: ReadonlySet<string>;
  onHold: (person: string, hold: boolean) => void;
  onDecide: (scans: Scan[]) => void;
}

/** From how many on a group is folded up at first. */
const FOLDED = 8;

/** What is unusual, by kind: how many, what it means, who, and what may be done. */
export function Oddities({ door, closed, held, onHold, onDecide }: Props) {
  const { t } = useTranslation("closing");
  const doubts = useQuery({
    ...getQuery("/api/v1/sessions/{id}/scans", {
      params: { path: { id: door.session.id }, query: { verdict: "needs_review", limit: 500 } },
    }),
    enabled: door.counts.needs_review > 0,
  });
  const groups = grouped(door.oddities);
  const scanOf = new Map((doubts.data?.items ?? []).map((scan) => [scan.id, scan]));
  if (groups.length === 0) return <EmptyState title={t("door.none")} {...(!closed && { lead: t("door.noneLead") })} />;
  return (
    <section style={{ display: "grid", gap: 12 }}>
      <h2 style={{ margin: 0, fontSize: 17 }}>{t("door.oddities", { count: door.oddities.length })}</h2>
      <ProblemAlert error={doubts.error} retry={doubts.refetch} />
      {groups.map((group) => (
        <One key={group.kind} {...{ group, door, closed, held, onHold, onDecide, scanOf }} />
      ))}
    </section>
  );
}

function One({ group: { kind, all }, door, closed, held, onHold, onDecide, scanOf }: Props & { group: Group; scanOf: Map<string, Scan> }) {
  const { t } = useTranslation("closing");
  const doubts = all.flatMap((one) => (one.scan_id ? (scanOf.get(one.scan_id) ?? []) : []));
  const rows = (
    <ul className="kepu-closing-rows">
      {all.map((one, index) => (
        <Row
          key={`${one.scan_id ?? one.person_id ?? ""}${index}`}
          {...{ one, door, onHold, onDecide }}
          scan={one.scan_id ? scanOf.get(one.scan_id) : undefined}
          holds={!closed && HOLDS.includes(kind)}
          held={one.person_id != null && held.has(one.person_id)}
        />
      ))}
    </ul>
  );
  return (
    <Card size="small" data-oddity={kind}>
      <Flex gap={12} align="center" justify="space-between" wrap>
        <h3 style={{ margin: 0, fontSize: 16 }}>
          {t(`oddity.${kind}.title`)} <Tag className="kepu-numbers">{all.length}</Tag>
        </h3>
        {doubts.length > 1 && <Button onClick={() => onDecide(doubts)}>{t("reviews.many", { count: doubts.length })}</Button>}
      </Flex>
      <Muted block style={{ margin: "2px 0 8px" }}>
        {t(`oddity.${kind}.${closed ? "after" : "lead"}`)}
      </Muted>
      {all.length > FOLDED ? (
        <details>
          <summary className="kepu-closing-fold">{t("door.others", { count: all.length })}</summary>
          {rows}
        </details>
      ) : (
        rows
      )}
    </Card>
  );
}

interface RowProps extends Pick<Props, "door" | "onHold" | "onDecide"> {
  one: Oddity;
  scan: Scan | undefined;
  holds: boolean;
  held: boolean;
}

function Row({ one, scan, door, holds, held, onHold, onDecide }: RowProps) {
  const { t } = useTranslation("closing");
  const words = useScanWords();
  const detail = useDetail(door);
  const name = one.name ?? scan?.name ?? undefined;
  const person = one.person_id ?? undefined;
  return (
    <li>
      <span style={{ minWidth: 0, flex: 1 }}>
        {(name ?? one.scan_id) && (
          <>
            <strong>{name ?? t("door.someone")}</strong> <Muted>{words.className(one)}</Muted>{" "}
          </>
        )}
        <span>{detail(one, scan)}</span>
      </span>
      {scan && (
        <Button aria-label={t("door.lookAt", { name: words.name(scan) })} onClick={() => onDecide([scan])}>
          {t("door.look")}
        </Button>
      )}
      {holds && person !== undefined && (
        <Checkbox checked={held} aria-label={t("door.holdOf", { name: name ?? "" })} onChange={(event) => onHold(person, event.target.checked)}>
          {t("door.hold")}
        </Checkbox>
      )}
    </li>
  );
}

/** What else is known of an oddity, in words. */
function useDetail(door: DoorState) {
  const { t } = useTranslation("closing");
  const text = useText();
  const words = useScanWords();
  const { language } = useLanguage();
  const time = (value: unknown) => (typeof value === "string" ? formatTime(value, "time", language) : "");
  return (one: Oddity, scan: Scan | undefined): string => {
    const detail = one.detail as Record<string, unknown>;
    switch (one.kind) {
      case "needs_review":
      case "after_closing": {
        const at = typeof detail.at === "string" ? formatTime(detail.at, "datetime", language) : "";
        return `${at} ${scan ? `${words.how(scan)} · ${words.device(scan)} · ` : ""}${text(`closing:reason.${String(detail.reason)}`, {}, String(detail.reason))}`;
      }
      case "two_places": {
        const elsewhere = detail.elsewhere as { activity_title_zh?: string } | undefined;
        return t("oddity.two_places.detail", { title: elsewhere?.activity_title_zh ?? "" });
      }
      case "over_capacity":
        return t("oddity.over_capacity.detail", { present: Number(detail.present), capacity: Number(detail.capacity) });
      case "never_left":
        return t("oddity.never_left.detail", { time: time(detail.in_at), minutes: Number(detail.minutes) });
      case "burst_by_hand": {
        const device = door.devices.find((known) => known.device_id === detail.device_id)?.name;
        return t("oddity.burst_by_hand.detail", {
          device: device ?? t("oddity.burst_by_hand.unknown"),
          count: Number(detail.scans),
        });
      }
      case "absent": {
        const doubted = door.oddities.some((other) => other.scan_id != null && other.person_id === one.person_id);
        return doubted ? t("door.doubtful") : "";
      }
      default:
        return "";
    }
  };
}
