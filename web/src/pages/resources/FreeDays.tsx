import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Flex, theme } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime, today } from "@/ui/time";
import type { Resource } from "./words";

const WEEKS = 5;

/** Monday of the week in which a day is. */
const monday = (day: string) => {
  const at = dayjs(day);
  return at.subtract((at.day() + 6) % 7, "day");
};

/** How many can be had on each day of the next weeks; below, by whom the others are held, as far as one may know. */
export function FreeDays({ resource, onChoose }: { resource: Resource; onChoose?: (day: string) => void }) {
  const { t } = useTranslation("resources");
  const { language } = useLanguage();
  const { token } = theme.useToken();
  const named = useNamed();
  const now = today();
  const [from, setFrom] = useState(() => monday(now).format("YYYY-MM-DD"));
  const first = dayjs(from);
  const days = Array.from({ length: WEEKS * 7 }, (_, at) => first.add(at, "day").format("YYYY-MM-DD"));
  const to = days.at(-1) ?? from;
  const { data, error, refetch, isPending } = useQuery(
    getQuery("/api/v1/resources/{id}/calendar", { params: { path: { id: resource.id }, query: { from, to } } }),
  );
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  const items = (data?.items ?? []).filter((item) => item.in_service);
  // What is late is with somebody until it is back, whatever was agreed on; how long, nobody knows.
  const takes = (one: { first_day: string; last_day: string; late: boolean }, day: string) =>
    one.first_day <= day && (day <= one.last_day || (one.late && day <= now));
  const free = (day: string) => items.filter((item) => !item.held.some((one) => takes(one, day))).length;
  const held = (data?.items ?? []).flatMap((item) => item.held.map((one) => ({ ...one, label: item.label, key: `${item.id}-${one.first_day}` })));
  const known = held.filter((one) => one.booking_id);
  const weeks = Array.from({ length: WEEKS }, (_, at) => days.slice(at * 7, at * 7 + 7));
  const turn = (by: number) => setFrom(first.add(by * 7 * WEEKS, "day").format("YYYY-MM-DD"));
  return (
    <>
      <Flex gap={8} align="center" style={{ marginBottom: 8 }}>
        <Button size="small" icon={<LeftOutlined />} aria-label={t("days.before")} disabled={from <= now} onClick={() => turn(-1)} />
        <span aria-live="polite">
          {formatTime(from, "date", language)} – {formatTime(to, "date", language)}
        </span>
        <Button size="small" icon={<RightOutlined />} aria-label={t("days.after")} onClick={() => turn(1)} />
      </Flex>
      <table
        aria-busy={isPending}
        style={{ width: "100%", maxWidth: 760, tableLayout: "fixed", borderCollapse: "separate", borderSpacing: 4 }}
      >
        <caption className="kepu-hidden">{t("days.title")}</caption>
        <thead>
          <tr>
            {(weeks[0] ?? []).map((day) => (
              <th key={day} scope="col" style={{ fontWeight: 400, fontSize: 13, color: token.colorTextSecondary }}>
                {new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" }).format(new Date(day))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((day) => {
                const count = free(day);
                const past = day < now;
                const words = t("days.free", { free: count, all: items.length });
                const inside = (
                  <>
                    <strong style={{ display: "block" }}>{day.endsWith("-01") ? `${Number(day.slice(5, 7))}/1` : Number(day.slice(8))}</strong>
                    {!past && data && <small>{count === 0 ? t("days.none") : `${count}/${items.length}`}</small>}
                  </>
                );
                const style = {
                  display: "block",
                  boxSizing: "border-box" as const,
                  width: "100%",
                  minHeight: 52,
                  padding: "4px 2px",
                  border: `1px solid ${token.colorBorderSecondary}`,
                  borderRadius: token.borderRadius,
                  textAlign: "center" as const,
                  font: "inherit",
                  lineHeight: 1.35,
                  color: past ? token.colorTextSecondary : token.colorText,
                  background: past ? "transparent" : count === 0 ? token.colorErrorBg : token.colorSuccessBg,
                };
                return (
                  <td key={day} style={{ padding: 0 }}>
                    {onChoose && !past && count > 0 ? (
                      <button
                        type="button"
                        style={{ ...style, cursor: "pointer" }}
                        aria-label={t("days.choose", { day: formatTime(day, "weekday", language), free: words })}
                        onClick={() => onChoose(day)}
                      >
                        {inside}
                      </button>
                    ) : (
                      <div style={style}>{inside}</div>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {known.length > 0 && (
        <ul style={{ margin: "12px 0 0", paddingInlineStart: 20 }}>
          {known.map((one) => (
            <li key={one.key}>
              <DateTime value={one.first_day} />
              {one.last_day !== one.first_day && (
                <>
                  {" – "}
                  <DateTime value={one.last_day} />
                </>
              )}{" "}
              · {t("days.item", { label: one.label })} ·{" "}
              {named(one.organization_name_zh, one.organization_name_en)}
              {one.state && ` · ${t(`state.${one.state}`)}`}
              {one.late && ` · ${t("late.now")}`}
            </li>
          ))}
          <li>
            <Link to={`/bookings?tab=all&resource=${resource.id}`}>{t("days.bookings")}</Link>
          </li>
        </ul>
      )}
    </>
  );
}
