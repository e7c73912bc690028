import { Select } from "antd";
import { useTranslation } from "@/i18n";
import { useHosts } from "@/pages/base/hosts";

/** One of the hosts that the account answers for; where there is only one, that. */
export function OwnHost({ id, value, onChange }: { id: string; value: string | undefined; onChange: (value: string | undefined) => void }) {
  const { t } = useTranslation("district");
  const hosts = useHosts();
  const all = hosts.length > 1 ? [{ value: "", label: t("period.all") }] : [];
  return (
    <Select
      id={id}
      aria-label={t("filter.host")}
      value={value ?? (hosts.length === 1 ? hosts[0]?.id : "")}
      popupMatchSelectWidth={false}
      style={{ minWidth: 180 }}
      options={[...all, ...hosts.map((one) => ({ value: one.id, label: one.name }))]}
      onChange={(next) => onChange(next || undefined)}
    />
  );
}
