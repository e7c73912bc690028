import { CopyOutlined } from "@ant-design/icons";
import { App, Button, Flex } from "antd";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import type { Member } from "./words";

/** Puts the whole address of a path into the clipboard. */
export function useCopy() {
  const { t } = useTranslation("programmes");
  const { message } = App.useApp();
  return async (path: string) => {
    await navigator.clipboard.writeText(`${window.location.origin}${path}`);
    message.success(t("feed.copied"));
  };
}

/** Addresses of public calendars: of a programme, of this year of it, and of the venues that host in it. */
export function Feeds({ programme, edition, hosts }: { programme: string; edition: string; hosts: Pick<Member, "organization_id" | "name_zh" | "name_en">[] }) {
  const { t } = useTranslation("programmes");
  const named = useNamed();
  const copy = useCopy();
  const all = [
    { key: programme, name: t("feed.programme"), path: `/api/v1/public/programmes/${programme}/calendar.ics` },
    { key: edition, name: t("feed.edition"), path: `/api/v1/public/editions/${edition}/calendar.ics` },
    ...hosts.map((one) => ({
      key: one.organization_id,
      name: named(one.name_zh, one.name_en),
      path: `/api/v1/public/organizations/${one.organization_id}/calendar.ics`,
    })),
  ];
  return (
    <>
      <Muted block style={{ marginBottom: 8 }}>
        {t("feed.lead")}
      </Muted>
      <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {all.map((one) => (
          <li key={one.key} style={{ padding: "4px 0" }}>
            <Flex gap={8} wrap align="center">
              <a href={one.path}>{one.name}</a>
              <Button size="small" icon={<CopyOutlined aria-hidden />} aria-label={t("feed.copyOf", { name: one.name })} onClick={() => void copy(one.path)}>
                {t("feed.copy")}
              </Button>
            </Flex>
          </li>
        ))}
      </ul>
    </>
  );
}
