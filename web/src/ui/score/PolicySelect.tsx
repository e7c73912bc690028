import { Select } from "antd";
import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";

interface Props {
  policies: readonly Schemas["ScoredPolicy"][];
  value: string;
  onChange: (policy: string) => void;
}

/** By which policy a page is, where several may be meant. */
export default function PolicySelect({ policies, value, onChange }: Props) {
  const { t } = useTranslation("laboratory");
  const named = useNamed();
  return (
    <Select
      className="kepu-no-print"
      aria-label={t("policyChoice")}
      value={value}
      popupMatchSelectWidth={false}
      style={{ maxWidth: "100%" }}
      options={policies.map((one) => ({ value: one.policy_id, label: named(one.title_zh, one.title_en) }))}
      onChange={onChange}
    />
  );
}
