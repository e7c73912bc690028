import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useLanguage } from "@/i18n/useText";
import { formatTime } from "./time";

/** How often somebody registered and did not come, and what follows; nothing of one who always came. */
export function NoShows({ person }: { person: string }) {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const { data } = useQuery(getQuery("/api/v1/persons/{id}/no-shows", { params: { path: { id: person } } }));
  if (!data || data.count === 0) return null;
  const day = (date: string) => formatTime(date, "date", language);
  const shown = data.days.slice(0, 5).map(day).join(t("noShows.join"));
  return (
    <Alert
      type={data.barred_until ? "error" : data.warned ? "warning" : "info"}
      showIcon
      style={{ marginBottom: 16 }}
      title={
        data.barred_until
          ? t("noShows.barred", { day: day(data.barred_until), count: data.count })
          : t(data.warned ? "noShows.warned" : "noShows.counted", { count: data.count })
      }
      description={t("noShows.days", { days: shown })}
    />
  );
}
