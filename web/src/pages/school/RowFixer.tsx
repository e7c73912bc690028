import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Flex, Form, Input, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { isProblem } from "@/api/problem";
import { getQuery, useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useColumnName, useRefusal } from "./words";

type Row = Schemas["RowView"];
const CELLS = ["school", "grade", "class", "number", "name", "birth_date", "sex", "kind"] as const;
type Cell = (typeof CELLS)[number];
type Cells = Partial<Record<Cell, string>>;

/** The cells of a refused row that are wrong, to be written anew where they stand; the others in a dialog. */
export function RowFixer({ roster, row }: { roster: Schemas["ImportView"]; row: Row }) {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const phone = usePhone();
  const client = useQueryClient();
  const invalidate = useInvalidate();
  const column = useColumnName();
  const refusal = useRefusal();
  const [whole, setWhole] = useState(false);
  const [form] = Form.useForm<Cells>();
  const written = row.cells as Cells;

  const fix = useMutation({
    // One after the other: each changes the version of the import.
    scope: { id: `roster ${roster.id}` },
    mutationFn: async (cells: Cells) => {
      const body = Object.fromEntries(Object.entries(cells).filter(([name, value]) => value !== undefined && value !== (written[name as Cell] ?? "")));
      const read = getQuery("/api/v1/roster/imports/{id}", { params: { path: { id: roster.id } } });
      const send = (version: number) =>
        call(
          api.PATCH("/api/v1/roster/imports/{id}/rows/{row_no}", {
            params: { path: { id: roster.id, row_no: row.row_no }, header: ifMatch(version) },
            body,
          }),
        );
      const known = client.getQueryData(read.queryKey) ?? roster;
      try {
        return await send(known.version);
      } catch (error) {
        // Another row was corrected meanwhile, here or elsewhere: that does not touch this one.
        if (!isProblem(error, "version_changed")) throw error;
        const newest = await client.fetchQuery({ ...read, staleTime: 0 });
        return await send(newest.version);
      }
    },
    onSuccess: async (judged) => {
      if (judged.outcome === "refused") message.warning(t("import.stillRefused", { row: row.row_no }));
      else
        message.success(
          t("import.fixed", { row: row.row_no, outcome: common(`status.row.${judged.outcome as "added"}`) }),
        );
      setWhole(false);
      await invalidate("/api/v1/roster/imports");
    },
  });

  const wrong = [...new Map(row.errors.map((error) => [error.column ?? error.field, error])).entries()];
  const fixable = wrong.some(([name]) => CELLS.includes(name as Cell));
  return (
    <>
      {!whole && <ProblemAlert error={fix.error} />}
      <Form<Cells>
        // New reasons, new fields.
        key={JSON.stringify(row.cells)}
        layout="vertical"
        requiredMark={false}
        initialValues={written}
        onFinish={(cells) => fix.mutate(cells)}
        style={{ display: "grid", gap: 8, minWidth: phone ? 0 : 260, maxWidth: 420 }}
      >
        {wrong.map(([name, error]) =>
          CELLS.includes(name as Cell) ? (
            <Form.Item key={name} name={name} label={column(name)} validateStatus="error" help={refusal(error)} style={{ margin: 0 }}>
              <Input id={`row-${row.row_no}-${name}`} aria-label={t("import.cellOf", { column: column(name), row: row.row_no })} maxLength={200} />
            </Form.Item>
          ) : (
            <div key={name}>
              <strong>{column(name)}</strong> “{error.value}” {refusal(error)}
            </div>
          ),
        )}
        <Flex gap={8}>
          {fixable && (
            <Button htmlType="submit" size="small" type="primary" loading={fix.isPending && !whole} aria-label={t("import.saveRow", { row: row.row_no })}>
              {t("import.recheck")}
            </Button>
          )}
          <Button size="small" type="text" onClick={() => setWhole(true)} aria-label={t("import.wholeRow", { row: row.row_no })}>
            {t("import.otherCells")}
          </Button>
        </Flex>
      </Form>
      <Modal
        open={whole}
        destroyOnHidden
        title={t("import.wholeRow", { row: row.row_no })}
        onCancel={() => setWhole(false)}
        okText={t("import.recheck")}
        cancelText={common("action.cancel")}
        confirmLoading={fix.isPending}
        onOk={form.submit}
      >
        <ProblemAlert error={fix.error} />
        <Typography.Paragraph type="secondary">{t("import.wholeRowLead")}</Typography.Paragraph>
        <Form<Cells> form={form} layout="vertical" requiredMark={false} initialValues={written} onFinish={(cells) => fix.mutate(cells)}>
          {CELLS.map((name) => {
            const error = wrong.find(([at]) => at === name)?.[1];
            return (
              <Form.Item
                key={name}
                name={name}
                label={column(name)}
                style={{ marginBottom: 12 }}
                {...(error && { validateStatus: "error" as const, help: refusal(error) })}
              >
                <Input maxLength={200} />
              </Form.Item>
            );
          })}
        </Form>
      </Modal>
    </>
  );
}
