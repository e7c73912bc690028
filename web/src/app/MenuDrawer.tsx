import { Drawer } from "antd";
import { useTranslation } from "@/i18n";
import type { MenuEntry } from "./area";
import { MainMenu } from "./MainMenu";

/** The menu on a phone. */
export default function MenuDrawer({ entries, onClose }: { entries: MenuEntry[]; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer open onClose={onClose} placement="left" size={280} title={t("product")} styles={{ body: { padding: 8 } }}>
      <nav aria-label={t("shell.menu")}>
        <MainMenu entries={entries} onChoose={onClose} />
      </nav>
    </Drawer>
  );
}
