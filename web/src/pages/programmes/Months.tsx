import { Button, Flex } from "antd";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import { type Edition, monthsOf, type Theme, useCertainty, useMonth, useTitle } from "./words";

interface Props {
  edition: Pick<Edition, "first_day" | "last_day" | "themes">;
  writes?: boolean;
  launches?: boolean;
  onAdd?: (month: string) => void;
  onEdit?: (theme: Theme) => void;
  onLaunch?: (theme: Theme) => void;
  onMove?: (theme: Theme) => void;
  onRemove?: (theme: Theme) => void;
}

/** The months of an edition with what each is about. */
export function Months({ edition, writes, launches, onAdd, onEdit, onLaunch, onMove, onRemove }: Props) {
  const { t } = useTranslation("programmes");
  const title = useTitle();
  const month = useMonth();
  const certainty = useCertainty();
  if (edition.themes.length === 0 && !writes) return <Muted>{t("edition.noThemes")}</Muted>;
  return (
    <ol style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12, gridTemplateColumns: "repeat(auto-fill, minmax(240px, 1fr))" }}>
      {monthsOf(edition).map((first) => {
        const theme = edition.themes.find((one) => one.month === first);
        if (!theme && !writes) return null;
        const name = theme ? title(theme) : "";
        return (
          <li key={first} style={{ border: "1px solid color-mix(in srgb, currentColor 18%, transparent)", borderRadius: 8, padding: 12 }}>
            <Muted block>
              <time dateTime={first.slice(0, 7)}>{month(first)}</time>
            </Muted>
            {theme ? (
              <>
                <strong>{name}</strong>
                {theme.title_zh && theme.title_en && <Muted block style={{ fontSize: 13 }}>{theme.title_en}</Muted>}
                {theme.zh_certainty && (
                  <Muted block style={{ fontSize: 13 }}>
                    {t("field.zh_certainty")}：{certainty(theme)}
                  </Muted>
                )}
                {theme.venues && (
                  <Muted block style={{ fontSize: 13 }}>
                    {t("field.venues")}：{theme.venues}
                  </Muted>
                )}
                {theme.source && <Muted block style={{ fontSize: 13 }}>{theme.source}</Muted>}
                {(writes || launches) && (
                  <Flex gap={8} wrap style={{ marginTop: 8 }} className="kepu-no-print">
                    {launches && (
                      <Button size="small" type="primary" aria-label={`${t("launch.action")}：${name}`} onClick={() => onLaunch?.(theme)}>
                        {t("launch.action")}
                      </Button>
                    )}
                    {writes && (
                      <>
                        <Button size="small" aria-label={`${t("edition.edit")}：${name}`} onClick={() => onEdit?.(theme)}>
                          {t("edition.edit")}
                        </Button>
                        <Button size="small" aria-label={`${t("move.action")}：${name}`} onClick={() => onMove?.(theme)}>
                          {t("move.action")}
                        </Button>
                        <Button size="small" danger aria-label={`${t("edition.delete")}：${name}`} onClick={() => onRemove?.(theme)}>
                          {t("edition.delete")}
                        </Button>
                      </>
                    )}
                  </Flex>
                )}
              </>
            ) : (
              <Button size="small" aria-label={`${t("edition.addTheme")}：${month(first)}`} onClick={() => onAdd?.(first)}>
                {t("edition.addTheme")}
              </Button>
            )}
          </li>
        );
      })}
    </ol>
  );
}
