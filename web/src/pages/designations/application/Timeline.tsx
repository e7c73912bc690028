import { Card, Timeline as Line } from "antd";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { StateTag } from "../StateTag";
import type { Application } from "../words";

const COLOUR: Record<string, string> = {
  return: "red",
  refuse: "red",
  refuse_incomplete: "red",
  strike_review: "orange",
  uphold_objection: "red",
  dismiss_appeal: "red",
  withdraw: "gray",
  object: "orange",
  appeal: "orange",
  approve: "green",
  award: "green",
};

/** Where it stands: what happened, when and why, and what comes next by when. */
export function Timeline({ application }: { application: Application }) {
  const { t } = useTranslation("designations");
  const text = useText();
  const { next } = application;
  const items = application.history.map((event, at) => ({
    key: String(at),
    color: COLOUR[event.step] ?? "blue",
    content: (
      <>
        <strong>{text(`designations:step.${event.step}`, {}, event.step)}</strong>{" "}
        <Muted>
          <DateTime value={event.at} />
        </Muted>
        {event.reason && <div style={{ whiteSpace: "pre-wrap" }}>{event.reason}</div>}
      </>
    ),
  }));
  return (
    <Card size="small" title={<h2 style={{ fontSize: 17, margin: 0 }}>{t("timeline.title")}</h2>} extra={<StateTag state={application.state} next={next} />}>
      {next && (
        <p style={{ margin: "0 0 16px" }}>
          <strong>{text(`designations:party.${next.party}`)}</strong> {text(`designations:next.${next.step}`, {}, next.step)}
          <br />
          <Muted>
            {t(next.optional ? "timeline.may" : "timeline.due")} <DateTime value={next.due} style="date" />
          </Muted>
          {application.seat === "applicant" && (
            <>
              <br />
              {text(`designations:advice.${next.step}`, {}, "")}
            </>
          )}
        </p>
      )}
      {!next && <p style={{ margin: "0 0 16px" }}>{text(`designations:ending.${application.state}`, { number: application.number ?? "" }, t("nothingNext"))}</p>}
      {items.length > 0 && <Line items={items} />}
    </Card>
  );
}
