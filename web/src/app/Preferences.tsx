import { BulbOutlined, GlobalOutlined } from "@ant-design/icons";
import { LANGUAGES, setLanguage, useTranslation } from "@/i18n";
import { HeaderMenu } from "./HeaderMenu";
import { CHOICES, useAppearance } from "./theme";

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  return (
    <HeaderMenu
      icon={<GlobalOutlined />} aria-label={t("language.label")}
      menu={{
        selectable: true,
        selectedKeys: [i18n.language],
        items: LANGUAGES.map((key) => ({ key, label: <span lang={key}>{t(`language.${key}`)}</span> })),
        onClick: ({ key }) => setLanguage(key === "en" ? "en" : "zh-CN"),
      }}
    />
  );
}

export function AppearanceMenu() {
  const { t } = useTranslation();
  const { choice, choose } = useAppearance();
  return (
    <HeaderMenu
      icon={<BulbOutlined />} aria-label={t("theme.label")}
      menu={{
        selectable: true,
        selectedKeys: [choice],
        items: CHOICES.map((key) => ({ key, label: t(`theme.${key}`) })),
        onClick: ({ key }) => choose(CHOICES.find((known) => known === key) ?? "system"),
      }}
    />
  );
}
