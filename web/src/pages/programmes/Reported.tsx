import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import type { Edition } from "./words";

/** Totals that others published, each with its source; never added to what is counted. */
export function Reported({ rows }: { rows: Edition["reported"] }) {
  const { t } = useTranslation("programmes");
  return (
    <>
      <Muted block style={{ marginBottom: 8 }}>
        {t("progress.reportedNote")}
      </Muted>
      <ul style={{ margin: 0, paddingInlineStart: 20 }}>
        {rows.map((one) => (
          <li key={one.measure}>
            {t(`progress.measure.${one.measure}`)} <strong className="kepu-numbers">{one.count.toLocaleString("en")}</strong>{" "}
            <Muted>
              {t("field.source")}：{one.source}
            </Muted>
          </li>
        ))}
      </ul>
    </>
  );
}
