import { PlusOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Calendar, Card, Flex } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "@/i18n";
import { usePhone } from "@/app/theme";
import { useLanguage } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime, today } from "@/ui/time";
import { addDays, mondayOf, monthOf } from "./day";
import { SessionCard } from "./SessionCard";
import type { Shown } from "./Sessions";
import { byDay, sessionsIn } from "./sessionsIn";
import "./calendar.css";

/** As many as a day of the month has room for. */
const ROOM = 3;

/** The month, and below it the chosen day. */
export default function MonthView(shown: Shown) {
  const { day, go, make } = shown;
  const { t } = useTranslation("base");
  const { language } = useLanguage();
  const phone = usePhone();
  const { first } = monthOf(day);
  // antd shows six weeks.
  const from = addDays(mondayOf(first), -1);
  const { data, error, isPending, refetch } = useQuery({
    ...sessionsIn(from, addDays(from, 43), shown),
    placeholderData: keepPreviousData,
  });
  const days = byDay(data ?? []);
  const here = today();
  const chosen = days.get(day) ?? [];

  const cell = (date: Dayjs) => {
    const key = date.format("YYYY-MM-DD");
    const all = days.get(key) ?? [];
    return (
      <div
        className="kepu-month-day"
        data-today={key === here || undefined}
        data-chosen={key === day || undefined}
        data-other={key.slice(0, 7) !== day.slice(0, 7) || undefined}
      >
        <button
          type="button"
          aria-label={`${formatTime(key, "weekday", language)}, ${t("calendar.sessions", { count: all.length })}`}
          aria-pressed={key === day}
          {...(key === here && { "aria-current": "date" as const })}
          onClick={() => go(key)}
        >
          {date.date()}
        </button>
        {phone ? (
          <span className="kepu-month-dots" aria-hidden>
            {"●".repeat(Math.min(3, all.length))}
          </span>
        ) : (
          <>
            {all.slice(0, ROOM).map((session) => (
              <SessionCard key={session.id} session={session} small />
            ))}
            {all.length > ROOM && (
              <Button type="link" size="small" onClick={() => go(key, "week")}>
                {t("calendar.more", { count: all.length - ROOM })}
              </Button>
            )}
          </>
        )}
      </div>
    );
  };

  return (
    <>
      <ProblemAlert error={error} retry={refetch} />
      {isPending ? (
        <PageSkeleton rows={12} />
      ) : (
        <Calendar
          className="kepu-month"
          value={dayjs(day)}
          fullscreen
          headerRender={() => null}
          fullCellRender={(date) => cell(date)}
          style={{ padding: phone ? 4 : 12, borderRadius: 12, overflow: "hidden" }}
        />
      )}
      <Card
        size="small"
        style={{ marginTop: 16 }}
        title={
          <h2 style={{ margin: 0, fontSize: 16 }} className="kepu-numbers">
            {formatTime(day, "weekday", language)}
          </h2>
        }
        extra={
          <Button icon={<PlusOutlined aria-hidden />} onClick={() => make(day)}>
            {t("calendar.newHere")}
          </Button>
        }
      >
        {data && chosen.length === 0 && <Muted>{t("calendar.noneHere")}</Muted>}
        <Flex vertical gap={8}>
          {chosen.map((session) => (
            <SessionCard key={session.id} session={session} />
          ))}
        </Flex>
      </Card>
    </>
  );
}
