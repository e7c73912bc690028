import { UndoOutlined } from "@ant-design/icons";
import { Button, Flex } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { fieldsOf, replaced } from "./edit";
import { LadderBody, LevelBody, LimitBody, RequirementBody, RuleBody } from "./PartBodies";
import { PartList } from "./PartList";
import { type Part, partsOf, type Titles, withLevel, withNewTable, withPart } from "./parts";
import { rootOf, type Way } from "./spans";
import { TableForm } from "./TableForm";
import { tablesOf } from "./tables";
import { ValueField } from "./ValueField";

interface Props {
  text: string;
  onChange: (text: string) => void;
  /** Takes the last change by the form back; nothing where there is none. */
  undo: (() => void) | undefined;
  disabled: boolean;
}

/** A policy as a form. The text is the truth: each input changes its own part of it. */
export function FormSide({ text, onChange, undo, disabled }: Props) {
  const { t } = useTranslation("laboratory");
  const named = useNamed();
  const [open, setOpen] = useState("");
  const titles: Titles = {
    rules: t("begin.rules"),
    limits: t("begin.limits"),
    requirements: t("begin.requirements"),
    ladders: t("begin.ladders"),
    level: t("begin.level"),
  };
  const back = undo && (
    <Button size="small" icon={<UndoOutlined aria-hidden />} onClick={undo}>
      {t("draft.undo")}
    </Button>
  );
  if (!rootOf(text))
    return text.trim() === "" && !disabled ? (
      <EmptyState title={t("draft.empty")}>
        <Button onClick={() => onChange(t("begin.policy"))}>{t("draft.beginSmall")}</Button>
      </EmptyState>
    ) : (
      <EmptyState title={t("draft.noFields")}>{back}</EmptyState>
    );
  const show = (made: { text: string; way: Way }) => {
    onChange(made.text);
    setOpen(made.way.join("."));
  };
  const shared = { text, disabled, onChange };
  const list = { ...shared, open, setOpen };
  const ladder = (part: Part) => (
    <PartList
      {...list}
      way={[...part.way, "levels"]}
      parts={partsOf(text, [...part.way, "levels"])}
      label={named(part.title.zh, part.title.en) || part.id}
      add={t("draft.add.level")}
      onAdd={() => show(withLevel(text, part, titles))}
      body={(level) => <LevelBody {...shared} part={level} />}
    />
  );
  return (
    <>
      {back && (
        <Flex justify="flex-end" style={{ marginBottom: 8 }}>
          {back}
        </Flex>
      )}
      <Group title={t("draft.group.head")}>
        <div style={{ display: "grid", gap: 8 }}>
          {fieldsOf(text)
            .filter((field) => field.group === "head")
            .map((field) => (
              <ValueField key={`${field.key} ${field.value}`} field={field} disabled={disabled} onChange={(value) => onChange(replaced(text, field, value))} />
            ))}
        </div>
      </Group>
      <Group title={t("draft.group.tables")}>
        {tablesOf(text).map((table) => (
          <TableForm key={table.name} {...shared} table={table} />
        ))}
        {!disabled && (
          <Button size="small" onClick={() => show(withNewTable(text))}>
            {t("draft.add.table")}
          </Button>
        )}
      </Group>
      {(["rules", "limits", "requirements"] as const).map((name) => (
        <Group key={name} title={t(`draft.group.${name}`)}>
          <PartList
            {...list}
            way={[name]}
            parts={partsOf(text, [name])}
            label={t(`draft.group.${name}`)}
            add={t(`draft.add.${name}`)}
            onAdd={() => show(withPart(text, name, titles))}
            body={(part) => {
              const Body = { rules: RuleBody, limits: LimitBody, requirements: RequirementBody }[name];
              return <Body {...shared} part={part} />;
            }}
          />
        </Group>
      ))}
      <Group title={t("draft.group.ladders")}>
        <PartList
          {...list}
          way={["ladders"]}
          parts={partsOf(text, ["ladders"])}
          label={t("draft.group.ladders")}
          add={t("draft.add.ladders")}
          onAdd={() => show(withPart(text, "ladders", titles))}
          body={(part) => <LadderBody {...shared} part={part} />}
          always={ladder}
        />
      </Group>
    </>
  );
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <fieldset style={{ border: 0, padding: 0, margin: "0 0 20px", minWidth: 0 }}>
      <legend style={{ fontWeight: 600, padding: 0, marginBottom: 6 }}>{title}</legend>
      {children}
    </fieldset>
  );
}
