import { ArrowDownOutlined, ArrowLeftOutlined, ArrowRightOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex } from "antd";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { Act } from "./PartList";
import { unused } from "./parts";
import { removed } from "./spans";
import { movedColumn, movedRow, ONLY, renamedColumn, renamedRow, type Table, withCell, withColumn, withoutColumn, withoutRow, withRow } from "./tables";
import { Kept } from "./ValueField";

interface Props {
  text: string;
  onChange: (text: string) => void;
  disabled: boolean;
  table: Table;
}

/** A table of credit: its cells, and its rows and columns, which come, move and go. */
export function TableForm({ text, onChange, disabled, table }: Props) {
  const { t } = useTranslation("laboratory");
  const words = useText();
  const called = (field: string) => words(`laboratory:draft.field.${field}`, {}, field);
  const { rows, columns, column } = table;
  return (
    <section style={{ marginBottom: 12 }}>
      <Flex justify="space-between" align="center" gap={8}>
        <span>
          {table.name} <Muted style={{ fontSize: 13 }}>{[called(table.row), ...(column ? [called(column)] : [])].join(" × ")}</Muted>
        </span>
        {!disabled && <Act icon={<DeleteOutlined />} says={t("draft.remove", { name: table.name })} onClick={() => onChange(removed(text, table.way))} />}
      </Flex>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what is wider than the page is scrolled by keyboard */}
      <div tabIndex={0} role="group" aria-label={t("draft.table", { name: table.name })} style={{ overflowX: "auto" }}>
        <table style={{ borderSpacing: 4, borderCollapse: "separate" }}>
          <thead>
            <tr>
              <th scope="col">{called(table.row)}</th>
              {columns.map((name, index) => (
                <th key={name} scope="col" style={{ minWidth: 96, verticalAlign: "bottom" }}>
                  {column ? (
                    <>
                      <Kept label={t("draft.columnName", { name })} value={name} disabled={disabled} onChange={(to) => onChange(renamedColumn(text, table, name, to))} />
                      {!disabled && (
                        <Flex justify="center">
                          <Act icon={<ArrowLeftOutlined />} says={t("draft.left", { name })} off={index === 0} onClick={() => onChange(movedColumn(text, table, name, -1))} />
                          <Act icon={<ArrowRightOutlined />} says={t("draft.right", { name })} off={index === columns.length - 1} onClick={() => onChange(movedColumn(text, table, name, 1))} />
                          <Act icon={<DeleteOutlined />} says={t("draft.remove", { name })} onClick={() => onChange(withoutColumn(text, table, name))} />
                        </Flex>
                      )}
                    </>
                  ) : (
                    words(`laboratory:draft.value.${name}`, {}, name === ONLY ? t("draft.value.credits") : name)
                  )}
                </th>
              ))}
              {!disabled && <td />}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={row}>
                <th scope="row" style={{ minWidth: 110 }}>
                  <Kept label={t("draft.rowName", { name: row })} value={row} disabled={disabled} onChange={(to) => onChange(renamedRow(text, table, row, to))} />
                </th>
                {columns.map((name) => (
                  <td key={name}>
                    <Kept
                      label={`${row} ${name}`}
                      value={table.values[row]?.[name] ?? ""}
                      blank
                      numeric
                      disabled={disabled}
                      onChange={(value) => onChange(withCell(text, table, row, name, value))}
                    />
                  </td>
                ))}
                {!disabled && (
                  <td style={{ whiteSpace: "nowrap" }}>
                    <Act icon={<ArrowUpOutlined />} says={t("draft.up", { name: row })} off={index === 0} onClick={() => onChange(movedRow(text, table, row, -1))} />
                    <Act icon={<ArrowDownOutlined />} says={t("draft.down", { name: row })} off={index === rows.length - 1} onClick={() => onChange(movedRow(text, table, row, 1))} />
                    <Act icon={<DeleteOutlined />} says={t("draft.remove", { name: row })} onClick={() => onChange(withoutRow(text, table, row))} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!disabled && (
        <Flex gap={8}>
          <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => onChange(withRow(text, table, unused("new", new Set(rows))))}>
            {t("draft.add.row")}
          </Button>
          {column && (
            <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => onChange(withColumn(text, table, unused("new", new Set(columns))))}>
              {t("draft.add.column")}
            </Button>
          )}
        </Flex>
      )}
    </section>
  );
}
