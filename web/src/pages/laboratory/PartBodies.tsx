import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { ConditionForm } from "./ConditionForm";
import { type Field, replaced } from "./edit";
import { Act } from "./PartList";
import {
  keysAt,
  measuresOf,
  type Part,
  pricesLeft,
  withFactor,
  withFactorValue,
  withPrice,
  withTitle,
  withUnit,
  withWord,
  withWords,
  wordAt,
  wordsAt,
} from "./parts";
import { removed, renamed, type Way, withKey, word } from "./spans";
import { Kept, Row, ValueField } from "./ValueField";

interface Props {
  text: string;
  onChange: (text: string) => void;
  disabled: boolean;
  part: Part;
}

/** Fields by which a factor may be picked, the common ones. */
const FACTOR_BY = ["team_position", "team_size", "host_level", "contest_level", "award", "grade", "stage", "kind", "place", "minutes"];
const GROUPS = ["host", "activity", "session", "day", "week", "month", "term", "school_year", "year", "stage", "lifetime", "kind", "category", "rule", "host_level", "contest", "contest_series", "work", "tag"];
const UNITS = ["records", "credits", "hours"];

/** A rule: what it is called, which records, and what they earn. */
export function RuleBody(props: Props) {
  const { text, onChange, disabled, part } = props;
  const { t } = useTranslation("laboratory");
  const words = useText();
  const credit = [...part.way, "credit"];
  const factors = wordsAt(text, [...credit, "times"]).map((_, index) => [...credit, "times", index]);
  const own = part.fields.filter((field) => field.way.length <= part.way.length + 2 || field.way[part.way.length + 1] === "round");
  const left = pricesLeft(text, part);
  const add = (what: string) => onChange(what === "times" ? withFactor(text, part) : withPrice(text, part, what));
  return (
    <>
      <Names {...props} />
      <TextRow {...props} name="category" />
      <ConditionForm {...props} way={[...part.way, "when"]} title={t("draft.when")} none={t("draft.always")} />
      {own.map((field) => (
        <Value key={field.key} {...props} field={field} {...(field.way.length === part.way.length + 2 && { onRemove: () => onChange(removed(text, field.way)) })} />
      ))}
      {keysAt(text, credit).includes("table") && (
        <Choice
          label={t("draft.value.table")}
          value={wordAt(text, [...credit, "table"])}
          options={keysAt(text, ["tables"])}
          disabled={disabled}
          onChange={(table) => onChange(withKey(text, credit, "table", word(table)))}
          onRemove={() => onChange(removed(text, [...credit, "table"]))}
        />
      )}
      {factors.map((factor) => (
        <FactorForm key={factor.join(".")} {...props} way={factor} />
      ))}
      {!disabled && (
        <Select
          size="small"
          aria-label={t("draft.add.price")}
          placeholder={t("draft.add.price")}
          value={null}
          style={{ maxWidth: 220 }}
          options={[...left, "times"].map((key) => ({ value: key, label: words(`laboratory:draft.value.${key}`, {}, key) }))}
          onChange={(key: string | null) => key && add(key)}
        />
      )}
    </>
  );
}

/** A cap: within what, of which records, how much. */
export function LimitBody(props: Props) {
  const { text, onChange, disabled, part } = props;
  const { t } = useTranslation("laboratory");
  const words = useText();
  const id = useId();
  const called = (key: string) => words(`laboratory:draft.within.${key}`, {}, words(`laboratory:draft.field.${key}`, {}, key));
  const unit = keysAt(text, [...part.way, "at_most"])[0] ?? "records";
  return (
    <>
      <Names {...props} />
      <Row id={id} label={t("draft.each")}>
        <Select
          id={id}
          mode="multiple"
          disabled={disabled}
          style={{ width: "100%" }}
          value={wordsAt(text, [...part.way, "within"])}
          options={GROUPS.map((key) => ({ value: key, label: called(key) }))}
          onChange={(keys: string[]) => onChange(withWords(text, part, "within", keys))}
        />
      </Row>
      <ConditionForm {...props} way={[...part.way, "of"]} title={t("draft.of")} none={t("draft.always")} priced />
      {part.fields.map((field) => (
        <Value key={field.key} {...props} field={field} />
      ))}
      <Choice label={t("draft.unit")} value={unit} options={UNITS} disabled={disabled} onChange={(chosen) => onChange(withUnit(text, part, chosen))} />
      <Choice
        label={t("draft.keep")}
        value={wordAt(text, [...part.way, "keep"]) || "earliest"}
        options={["earliest", "highest"]}
        disabled={disabled}
        onChange={(keep) => onChange(withWord(text, part, "keep", keep))}
      />
    </>
  );
}

/** What should be reached: of which measure, and how much. Tests of several measures keep their shape. */
export function RequirementBody(props: Props) {
  const { text, onChange, disabled, part } = props;
  const { t } = useTranslation("laboratory");
  const when = [...part.way, "when"];
  return (
    <>
      <Names {...props} />
      {keysAt(text, when).includes("measure") && (
        <Choice
          label={t("draft.measure")}
          value={wordAt(text, [...when, "measure"])}
          options={measuresOf(text)}
          disabled={disabled}
          onChange={(measure) => onChange(withKey(text, when, "measure", word(measure)))}
        />
      )}
      {part.fields.map((field) => (
        <Value key={field.key} {...props} field={field} />
      ))}
    </>
  );
}

/** A level of a ladder. */
export function LevelBody(props: Props) {
  return (
    <>
      <Names {...props} />
      {props.part.fields.map((field) => (
        <Value key={field.key} {...props} field={field} />
      ))}
    </>
  );
}

/** A ladder; its levels stand below it. */
export function LadderBody(props: Props) {
  return <Names {...props} />;
}

/** A factor: by which field, and how much for each of its values. */
function FactorForm({ text, onChange, disabled, way }: Omit<Props, "part"> & { way: Way }) {
  const { t } = useTranslation("laboratory");
  const id = useId();
  const values = [...way, "values"];
  const cells = (at: Way, key: string) => (
    <Kept label={`${t("draft.value.times")} ${key}`} value={wordAt(text, [...at, key])} numeric disabled={disabled} onChange={(value) => onChange(withKey(text, at, key, value))} />
  );
  return (
    <div role="group" aria-labelledby={id} style={{ display: "grid", gap: 6, paddingInlineStart: 12 }}>
      <span id={id}>{t("draft.value.times")}</span>
      <Choice
        label={t("draft.by")}
        value={wordAt(text, [...way, "by"])}
        options={FACTOR_BY}
        disabled={disabled}
        onChange={(by) => onChange(withKey(text, way, "by", by))}
        onRemove={() => onChange(removed(text, way))}
      />
      {keysAt(text, values).map((key) => (
        <div key={key} style={{ display: "flex", gap: 6, alignItems: "center" }}>
          <Kept label={t("draft.forValue")} value={key} disabled={disabled} onChange={(name) => onChange(renamed(text, [...values, key], name))} />
          <span aria-hidden>×</span>
          {cells(values, key)}
          {!disabled && <Act icon={<DeleteOutlined />} says={t("draft.remove", { name: key })} onClick={() => onChange(removed(text, [...values, key]))} />}
        </div>
      ))}
      {["otherwise", "missing"]
        .filter((key) => keysAt(text, way).includes(key))
        .map((key) => (
          <Row key={key} label={t(key === "otherwise" ? "draft.value.otherwise" : "draft.value.missing")}>
            {cells(way, key)}
          </Row>
        ))}
      {!disabled && (
        <Button size="small" icon={<PlusOutlined aria-hidden />} style={{ justifySelf: "start" }} onClick={() => onChange(withFactorValue(text, way))}>
          {t("draft.add.value")}
        </Button>
      )}
    </div>
  );
}

/** What it is called: for people, in both languages, and in the document. */
function Names(props: Props) {
  const { text, onChange, disabled, part } = props;
  const { t } = useTranslation("laboratory");
  const [zh, en] = [useId(), useId()];
  return (
    <>
      <Row id={zh} label={t("draft.value.zh")}>
        <Kept id={zh} value={part.title.zh} blank disabled={disabled} onChange={(value) => onChange(withTitle(text, part, value, part.title.en))} />
      </Row>
      <Row id={en} label={t("draft.value.en")}>
        <Kept id={en} value={part.title.en} blank disabled={disabled} onChange={(value) => onChange(withTitle(text, part, part.title.zh, value))} />
      </Row>
      <TextRow {...props} name="id" needed />
    </>
  );
}

/** A plain word of a part; without one its key goes. */
function TextRow({ text, onChange, disabled, part, name, needed }: Props & { name: "id" | "category"; needed?: boolean }) {
  const { t } = useTranslation("laboratory");
  const id = useId();
  const way = [...part.way, name];
  return (
    <Row id={id} label={t(`draft.value.${name}`)}>
      <Kept id={id} value={wordAt(text, way)} blank={!needed} disabled={disabled} onChange={(value) => onChange(value === "" ? removed(text, way) : withWord(text, part, name, value))} />
    </Row>
  );
}

function Value({ text, onChange, disabled, field, onRemove }: Omit<Props, "part"> & { field: Field; onRemove?: () => void }) {
  return <ValueField field={field} disabled={disabled} onChange={(value) => onChange(replaced(text, field, value))} {...(onRemove && { onRemove })} />;
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly string[];
  disabled: boolean;
  onChange: (value: string) => void;
  onRemove?: () => void;
}

/** One of the words that may stand there; one that is there already may stay. */
function Choice({ label, value, options, disabled, onChange, onRemove }: ChoiceProps) {
  const { t } = useTranslation("laboratory");
  const words = useText();
  const id = useId();
  const called = (key: string) => words(`laboratory:draft.value.${key}`, {}, words(`laboratory:draft.field.${key}`, {}, key));
  const all = value === "" || options.includes(value) ? options : [value, ...options];
  return (
    <Row id={id} label={label}>
      <Select id={id} disabled={disabled} style={{ flex: 1, minWidth: 0 }} value={value} options={all.map((key) => ({ value: key, label: called(key) }))} onChange={onChange} />
      {onRemove && !disabled && <Act icon={<DeleteOutlined />} says={t("draft.remove", { name: label })} onClick={onRemove} />}
    </Row>
  );
}
