import { CheckOutlined } from "@ant-design/icons";
import { Button, Drawer, Flex, Input, Segmented } from "antd";
import { useMemo, useState } from "react";
import type { DoorGuest } from "@/door/api";
import type { Snapshot } from "@/door/door";
import type { Direction } from "@/door/fold";
import { isExpected } from "@/door/knowledge";
import { useTranslation } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { useClassName } from "@/ui/names";

interface Props {
  guests: Snapshot["guests"];
  direction: Direction;
  inOut: boolean;
  walkIns: boolean;
  onPeople: (people: string[], method: "hand" | "class") => void;
  onClose: () => void;
}

const SHOWN = 60;
const collator = new Intl.Collator("zh-CN", { numeric: true });

/** A public number as it stands on the card. */
const spoken = (number: string) => number.padStart(12, "0").replace(/(\d{4})(?=\d)/g, "$1 ");

function matches(guest: DoorGuest, words: string[]): boolean {
  const number = guest.number?.padStart(12, "0") ?? "";
  const all = `${guest.name} ${guest.class_name ?? ""} ${guest.school_name ?? ""} ${number}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

/** Without a pass: one by one, or a whole class. */
export default function ByHand({ guests, direction, inOut, walkIns, onPeople, onClose }: Props) {
  const { t } = useTranslation("door");
  const className = useClassName();
  const [view, setView] = useState<"people" | "classes">("people");
  const [typed, setTyped] = useState("");
  // Digits with spaces are one number, as on the card; a scanner's code is not a search.
  const tidy = typed.trim().toLowerCase();
  const words = /^kp[a-z2-7]{14,}/.test(tidy) ? [] : /^[\d\s]+$/.test(tidy) ? [tidy.replace(/\s/g, "")] : tidy.split(/\s+/);
  const isThere = (one: Props["guests"][number]) => (direction === "in" ? (inOut ? one.folded.inside : one.folded.came) : !one.folded.inside);

  const found = guests
    .filter(({ guest }) => matches(guest, words))
    .toSorted((a, b) => collator.compare(a.guest.class_name ?? "", b.guest.class_name ?? "") || collator.compare(a.guest.name, b.guest.name));
  const classes = useMemo(() => {
    const groups = new Map<string, { id: string; name: string; school: string; people: Props["guests"] }>();
    for (const one of guests) {
      if (!isExpected(one.guest)) continue;
      const id = one.guest.class_id ?? "";
      const group = groups.get(id) ?? { id, name: className(one.guest.grade, one.guest.class_name), school: one.guest.school_name ?? "", people: [] };
      group.people.push(one);
      groups.set(id, group);
    }
    return [...groups.values()].toSorted((a, b) => collator.compare(a.school + a.name, b.school + b.name));
    // What a class is called changes with the language alone.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [guests]);

  return (
    <Drawer open onClose={onClose} title={t("hand.title")} placement="right" size={460} styles={{ body: { paddingTop: 12 } }}>
      <div className="kepu-door-search">
        <Segmented<"people" | "classes">
          block
          aria-label={t("hand.title")}
          value={view}
          options={[
            { value: "people", label: t("hand.people") },
            { value: "classes", label: t("hand.classes") },
          ]}
          onChange={(next) => setView(next)}
          style={{ marginBottom: 8 }}
        />
        {view === "people" && (
          <Input
            autoFocus
            allowClear
            size="large"
            value={typed}
            aria-label={t("hand.search")}
            placeholder={t("hand.search")}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </div>
      {view === "people" && (
        <>
          {found.length === 0 && <EmptyState title={t("hand.none")} lead={walkIns ? t("hand.noneLead") : t("hand.noneClosed")} />}
          <ul className="kepu-door-rows">
            {found.slice(0, SHOWN).map((one) => {
              const { guest, folded } = one;
              const listed = guest.state === "waitlisted" || guest.state === "withdrawn" ? guest.state : undefined;
              return (
                <li key={guest.person_id}>
                  <span className="kepu-door-who">
                    <strong>{guest.name}</strong> {listed && <Muted>{t(`hand.state.${listed}`)}</Muted>}
                    <br />
                    <Muted>
                      {[className(guest.grade, guest.class_name), guest.number && spoken(guest.number)].filter(Boolean).join(" · ")}
                    </Muted>
                  </span>
                  {isThere(one) && (folded.came || direction === "in") ? (
                    <Muted>
                      <CheckOutlined aria-hidden /> {folded.inside ? t("hand.here") : t("hand.gone")}
                    </Muted>
                  ) : (
                    <Button
                      type="primary"
                      aria-label={`${t(`hand.mark.${direction}`)} ${guest.name}`}
                      onClick={() => onPeople([guest.person_id], "hand")}
                    >
                      {t(`hand.mark.${direction}`)}
                    </Button>
                  )}
                </li>
              );
            })}
          </ul>
          {found.length > SHOWN && <Muted block>{t("hand.more", { count: found.length - SHOWN })}</Muted>}
        </>
      )}
      {view === "classes" && (
        <ul className="kepu-door-rows">
          {classes.map(({ id, name, school, people }) => {
            const todo = people.filter((one) => (direction === "in" ? !isThere(one) : one.folded.inside));
            return (
              <li key={id}>
                <span className="kepu-door-who">
                  <strong>{name || t("hand.noClass")}</strong>
                  <br />
                  <Muted>
                    {school} {t("hand.classOf", { inside: people.filter((one) => one.folded.inside).length, all: people.length })}
                  </Muted>
                </span>
                {todo.length === 0 ? (
                  <Muted>
                    <CheckOutlined aria-hidden /> {t("hand.classDone")}
                  </Muted>
                ) : (
                  <Button type="primary" onClick={() => onPeople(todo.map(({ guest }) => guest.person_id), "class")}>
                    {t(`hand.wholeClass.${direction}`, { count: todo.length })}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <Flex style={{ height: 24 }} />
    </Drawer>
  );
}
