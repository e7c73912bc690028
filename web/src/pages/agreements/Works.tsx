import { Button, Flex, Tag } from "antd";
import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";

type Work = Schemas["PartnerWork"];

/** Works that somebody shows; who shows them takes them off. */
export function Works({ works, onRemove }: { works: Work[]; onRemove?: (work: Work) => void }) {
  const { t } = useTranslation("agreements");
  if (works.length === 0) return null;
  return (
    <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 8 }}>
      {works.map((work) => (
        <li key={work.id}>
          <Flex gap={6} wrap align="center">
            {work.link ? (
              <a href={work.link} target="_blank" rel="noreferrer noopener" style={{ textDecoration: "underline" }}>
                {work.title}
              </a>
            ) : (
              <span>{work.title}</span>
            )}
            {work.field && <Tag>{t(`fields.${work.field}`)}</Tag>}
            {onRemove && (
              <Button size="small" type="link" danger aria-label={t("market.takeOffOf", { title: work.title })} onClick={() => onRemove(work)}>
                {t("market.takeOff")}
              </Button>
            )}
          </Flex>
          {work.summary && <Muted style={{ fontSize: 13 }}>{work.summary}</Muted>}
        </li>
      ))}
    </ul>
  );
}
