import { CheckOutlined, SearchOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Input, Progress } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call } from "@/api/client";
import { useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { Muted } from "@/ui/Muted";
import { useClassName } from "@/ui/names";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { type Guest, guestsQuery, inLine, type SessionRow } from "../guests";
import "./roll.css";

const AT_DOOR = ["registered", "attended", "absent"];

/** Who arrives: a tap says so at once, and can be taken back until the session is confirmed. */
export default function Door({ session, guests }: { session: SessionRow; guests: Guest[] }) {
  const { t } = useTranslation("base");
  const phone = usePhone();
  const classNameOf = useClassName();
  const client = useQueryClient();
  const invalidate = useInvalidate();
  const [find, setFind] = useState("");
  const key = guestsQuery(session.id).queryKey;
  const rows = useMemo(() => inLine(guests.filter((guest) => AT_DOOR.includes(guest.state))), [guests]);
  const wanted = find.trim().toLowerCase();
  const shown = rows.filter((guest) => `${guest.name} ${guest.number}`.toLowerCase().includes(wanted));
  const there = rows.filter((guest) => guest.state === "attended").length;

  const set = (id: string, state: string) =>
    client.setQueryData(key, (all) => all?.map((guest) => (guest.id === id ? { ...guest, state } : guest)));
  const mark = useMutation({
    mutationFn: async ({ guest, presence }: { guest: Guest; presence: "present" | "absent" }) => {
      const answer = await call(
        api.POST("/api/v1/sessions/{id}/attendance", {
          params: { path: { id: session.id } },
          body: { items: [{ participation_id: guest.id, presence }] },
        }),
      );
      const refused = answer.outcomes.find((one) => one.outcome === "refused");
      if (refused) throw new Error(`${guest.name}: ${refused.message ?? refused.code ?? ""}`);
    },
    onMutate: ({ guest, presence }) => {
      void client.cancelQueries({ queryKey: key });
      set(guest.id, presence === "present" ? "attended" : "absent");
    },
    onError: (_, { guest }) => set(guest.id, guest.state),
    onSettled: () => {
      if (client.isMutating() <= 1) void invalidate("/api/v1/participations", "/api/v1/sessions");
    },
  });

  return (
    <>
      <ProblemAlert
        error={mark.error}
        {...(mark.variables && { retry: () => mark.variables && mark.mutate(mark.variables) })}
      />
      <Flex gap={16} wrap align="center" style={{ marginBottom: 12 }}>
        <Input
          prefix={<SearchOutlined aria-hidden />}
          allowClear
          value={find}
          aria-label={t("roll.find")}
          placeholder={t("roll.find")}
          style={{ width: phone ? "100%" : 260 }}
          onChange={(event) => setFind(event.target.value)}
        />
        <strong className="kepu-numbers" role="status" style={{ fontSize: 18 }}>
          {t("door.there", { there, all: rows.length })}
        </strong>
        <div style={{ flex: 1, minWidth: 120 }}>
          <Progress
            percent={rows.length === 0 ? 0 : Math.round((there / rows.length) * 100)}
            showInfo={false}
            aria-label={t("door.there", { there, all: rows.length })}
          />
        </div>
      </Flex>
      <Muted block style={{ margin: "0 0 12px" }}>
        {t("door.lead")}
      </Muted>
      <ul className="kepu-roll-list">
        {shown.map((guest) => (
          <li
            key={guest.id}
            className="kepu-roll-row"
            data-mark={guest.state === "registered" ? "later" : guest.state === "absent" ? "absent" : "present"}
          >
            <span style={{ flex: 1, minWidth: 0 }}>
              <span className="kepu-roll-name">{guest.name}</span>
              <Muted style={{ fontSize: 14 }}>
                {guest.class_name && classNameOf(guest.grade ?? null, guest.class_name)} <span className="kepu-numbers">{guest.number}</span>
              </Muted>
            </span>
            {guest.state === "attended" ? (
              <Button
                size="large"
                icon={<CheckOutlined aria-hidden />}
                aria-pressed
                aria-label={t("door.undo", { name: guest.name })}
                onClick={() => mark.mutate({ guest, presence: "absent" })}
              >
                {t("door.isThere")}
              </Button>
            ) : (
              <Button
                type="primary"
                size="large"
                aria-pressed={false}
                aria-label={t("door.markOf", { name: guest.name })}
                style={{ minWidth: 96 }}
                onClick={() => mark.mutate({ guest, presence: "present" })}
              >
                {t("door.mark")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
