import { useTranslation } from "@/i18n";

export function useRequired() {
  const { t } = useTranslation();
  return [{ required: true, message: t("problem.field.required") }];
}
