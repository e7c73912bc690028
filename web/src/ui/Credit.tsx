import { useTranslation } from "@/i18n";

/** A credit as the service gives it: a decimal in text, never a float. */
export function Credit({ value, unit = false }: { value: string | null | undefined; unit?: boolean }) {
  const { t } = useTranslation();
  if (value === null || value === undefined) return <span>{t("credit.none")}</span>;
  return (
    <span className="kepu-numbers" style={{ whiteSpace: "nowrap" }}>
      {value}
      {unit && ` ${t("credit.unit")}`}
    </span>
  );
}
