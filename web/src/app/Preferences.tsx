import { BulbOutlined, GlobalOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { LANGUAGES, setLanguage } from "@/i18n";
import { CHOICES, useAppearance } from "./theme";

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectable: true,
        selectedKeys: [i18n.language],
        items: LANGUAGES.map((key) => ({ key, label: <span lang={key}>{t(`language.${key}`)}</span> })),
        onClick: ({ key }) => setLanguage(key === "en" ? "en" : "zh-CN"),
      }}
    >
      <Button type="text" icon={<GlobalOutlined />} aria-label={t("language.label")} aria-haspopup="menu" />
    </Dropdown>
  );
}

export function AppearanceMenu() {
  const { t } = useTranslation();
  const { choice, choose } = useAppearance();
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectable: true,
        selectedKeys: [choice],
        items: CHOICES.map((key) => ({ key, label: t(`theme.${key}`) })),
        onClick: ({ key }) => choose(CHOICES.find((known) => known === key) ?? "system"),
      }}
    >
      <Button type="text" icon={<BulbOutlined />} aria-label={t("theme.label")} aria-haspopup="menu" />
    </Dropdown>
  );
}
