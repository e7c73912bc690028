import { WarningOutlined } from "@ant-design/icons";
import { Flex, Select, Tag } from "antd";
import { useTranslation } from "@/i18n";
import { useClassName } from "@/ui/names";
import { StatusTag } from "@/ui/StatusTag";
import type { Draft } from "./draft";
import type { Row } from "./usePeople";

interface Props {
  row: Row;
  draft: Draft;
  change: (next: Partial<Draft>) => void;
}

/** What is wrong with a line, beside it, with the choice among namesakes. */
export function Trouble({ row, draft, change }: Props) {
  const { t } = useTranslation("teacher");
  const className = useClassName();
  const candidates = row.candidates ?? [];
  const choose = row.choice !== undefined && candidates.length > 1;
  return (
    <Flex gap={6} wrap align="center" component="span">
      {row.trouble && (
        <Tag color={row.sends || row.trouble === "twice" ? "warning" : "error"} icon={<WarningOutlined />} style={{ whiteSpace: "normal" }}>
          {t(`record.trouble.${row.trouble}`, {
            first: row.first ?? "",
            name: candidates[0]?.name ?? "",
            count: candidates.length,
          })}
        </Tag>
      )}
      {row.there && <StatusTag of="participation" state={row.there} />}
      {choose && (
        <Select
          size="small"
          aria-label={t("record.whichOne", { name: row.name })}
          placeholder={t("record.whichOne", { name: row.name })}
          popupMatchSelectWidth={false}
          style={{ minWidth: 200 }}
          value={draft.chosen[row.choice ?? ""] ?? null}
          onChange={(id) => change({ chosen: { ...draft.chosen, [row.choice ?? ""]: id } })}
          options={candidates.map((person) => ({
            value: person.id,
            label: `${person.number} ${className(person.grade, person.class_name)}`,
          }))}
        />
      )}
    </Flex>
  );
}
