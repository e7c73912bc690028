import { PlusOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Flex } from "antd";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime, today } from "@/ui/time";
import { addDays, mondayOf } from "./day";
import { SessionCard } from "./SessionCard";
import type { Shown } from "./Sessions";
import { byDay, sessionsIn } from "./sessionsIn";
import "./calendar.css";

/** Seven days beside each other; below each other where there is no room. */
export default function WeekView(shown: Shown) {
  const { t } = useTranslation("base");
  const { language } = useLanguage();
  const monday = mondayOf(shown.day);
  const { data, error, isPending, refetch } = useQuery({
    ...sessionsIn(monday, addDays(monday, 6), shown),
    placeholderData: keepPreviousData,
  });
  const days = byDay(data ?? []);
  const here = today();
  if (isPending) return <PageSkeleton rows={10} />;
  return (
    <>
      <ProblemAlert error={error} retry={refetch} />
      <div className="kepu-week">
        {Array.from({ length: 7 }, (_, index) => addDays(monday, index)).map((day) => {
          const label = formatTime(day, "weekday", language);
          const sessions = days.get(day) ?? [];
          return (
            <section key={day} aria-label={label} data-today={day === here || undefined}>
              <Flex align="center" justify="space-between" style={{ marginBottom: 8 }}>
                <h2 style={{ margin: 0, fontSize: 15 }} className="kepu-numbers">
                  {label}
                </h2>
                <Button
                  type="text"
                  size="small"
                  className="kepu-no-print"
                  icon={<PlusOutlined />}
                  aria-label={t("calendar.newOn", { day: label })}
                  onClick={() => shown.make(day)}
                />
              </Flex>
              {sessions.length === 0 && <Muted style={{ fontSize: 13 }}>{t("calendar.none")}</Muted>}
              <Flex vertical gap={8}>
                {sessions.map((session) => (
                  <SessionCard key={session.id} session={session} />
                ))}
              </Flex>
            </section>
          );
        })}
      </div>
    </>
  );
}
