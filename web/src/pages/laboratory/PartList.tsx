import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, theme, Tooltip } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import type { Part } from "./parts";
import { moved, removed, type Way } from "./spans";
import { fieldName } from "./ValueField";

interface Props {
  text: string;
  onChange: (text: string) => void;
  disabled: boolean;
  way: Way;
  parts: readonly Part[];
  label: string;
  /** The one that is unfolded, by its way. */
  open: string;
  setOpen: (open: string) => void;
  add: string;
  onAdd: () => void;
  /** What unfolds below a part. */
  body?: (part: Part) => ReactNode;
  /** What is always shown below a part. */
  always?: (part: Part) => ReactNode;
}

/** The entries of a list, each with its numbers in short; they are added, taken out and moved. */
export function PartList({ text, onChange, disabled, way, parts, label, open, setOpen, add, onAdd, body, always }: Props) {
  const { t } = useTranslation("laboratory");
  const named = useNamed();
  const { token } = theme.useToken();
  const words = useText();
  const short = (part: Part) => part.fields.map((field) => `${fieldName(field, words)} ${field.value}`).join(" · ");
  const shift = (part: Part, by: -1 | 1) => {
    onChange(moved(text, part.way, by));
    if (open === part.way.join(".")) setOpen([...way, part.index + by].join("."));
  };
  return (
    <>
      <ul aria-label={label} style={{ listStyle: "none", margin: "0 0 8px", padding: 0, display: "grid", gap: 8 }}>
        {parts.map((part) => {
          const key = part.way.join(".");
          const name = named(part.title.zh, part.title.en) || part.id;
          const unfolded = open === key;
          return (
            <li key={key} style={{ border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius, padding: "6px 10px" }}>
              <Flex justify="space-between" align="flex-start" gap={8}>
                <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
                  {body ? (
                    <Button type="link" size="small" aria-expanded={unfolded} style={{ padding: 0, height: "auto", whiteSpace: "normal", textAlign: "start" }} onClick={() => setOpen(unfolded ? "" : key)}>
                      {name}
                    </Button>
                  ) : (
                    <span>{name}</span>
                  )}
                  {!always && short(part) !== "" && (
                    <Muted block style={{ margin: 0, fontSize: 13 }}>
                      {short(part)}
                    </Muted>
                  )}
                </div>
                {!disabled && (
                  <Flex gap={2} style={{ flex: "none" }}>
                    <Act icon={<ArrowUpOutlined />} says={t("draft.up", { name })} off={part.index === 0} onClick={() => shift(part, -1)} />
                    <Act icon={<ArrowDownOutlined />} says={t("draft.down", { name })} off={part.index === part.of - 1} onClick={() => shift(part, 1)} />
                    <Act
                      icon={<DeleteOutlined />}
                      says={t("draft.remove", { name })}
                      onClick={() => {
                        onChange(removed(text, part.way));
                        setOpen("");
                      }}
                    />
                  </Flex>
                )}
              </Flex>
              {unfolded && body && <div style={{ marginTop: 8, display: "grid", gap: 8 }}>{body(part)}</div>}
              {always && <div style={{ marginTop: 8 }}>{always(part)}</div>}
            </li>
          );
        })}
      </ul>
      {!disabled && (
        <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={onAdd}>
          {add}
        </Button>
      )}
    </>
  );
}

/** A small button that says what it does. */
export function Act({ icon, says, off, onClick }: { icon: ReactNode; says: string; off?: boolean; onClick: () => void }) {
  return (
    <Tooltip title={says}>
      <Button type="text" size="small" icon={icon} aria-label={says} disabled={off === true} onClick={onClick} />
    </Tooltip>
  );
}
