import { CopyOutlined } from "@ant-design/icons";
import { Button, Flex } from "antd";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import { useCopy } from "./Feeds";

/** The public calendars of these organizations, whether they take part in a programme or not. */
export default function OwnFeed({ hosts }: { hosts: { id: string; name: string }[] }) {
  const { t } = useTranslation("programmes");
  const copy = useCopy();
  return (
    <Flex vertical gap={4} style={{ marginTop: 20 }}>
      {hosts.map((host) => {
        const path = `/api/v1/public/organizations/${host.id}/calendar.ics`;
        return (
          <Flex key={host.id} gap={8} wrap align="center">
            <Muted>{t("feed.own")}</Muted>
            <a href={path}>{host.name}</a>
            <Button size="small" icon={<CopyOutlined aria-hidden />} aria-label={t("feed.copyOf", { name: host.name })} onClick={() => void copy(path)}>
              {t("feed.copy")}
            </Button>
          </Flex>
        );
      })}
    </Flex>
  );
}
