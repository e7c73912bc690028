import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Select } from "antd";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { isProblem } from "@/api/problem";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useOrganizationKind } from "@/pages/designations/words";
import { KINDS as ORGANIZATION_KINDS } from "@/pages/district/organizations/kinds";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { COLUMNS, useListWords } from "./columns";

type Cells = Record<string, string>;

interface Props {
  list: Schemas["ListImportView"];
  row: Schemas["ListRowView"];
  /** After a row that is taken was written anew. */
  onDone?: () => void;
}

/** The cells of a refused row that are wrong, to be written anew where they stand; of a row that is taken, all of them. */
export function FixRow({ list, row, onDone }: Props) {
  const { t } = useTranslation("lists");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const invalidate = useInvalidate();
  const words = useListWords();
  const kindOf = useOrganizationKind();
  const written = row.cells as Cells;

  const fix = useMutation({
    // One after the other: each changes the version of the import.
    scope: { id: `list ${list.id}` },
    mutationFn: async (cells: Cells) => {
      const read = getQuery("/api/v1/list_imports/{id}", { params: { path: { id: list.id } } });
      const send = (version: number) =>
        call(
          api.PATCH("/api/v1/list_imports/{id}/rows/{row_no}", {
            params: { path: { id: list.id, row_no: row.row_no }, header: ifMatch(version) },
            body: { cells },
          }),
        );
      try {
        return await send((client.getQueryData(read.queryKey) ?? list).version);
      } catch (error) {
        // Another row was corrected meanwhile: that does not touch this one.
        if (!isProblem(error, "version_changed")) throw error;
        return await send((await client.fetchQuery({ ...read, staleTime: 0 })).version);
      }
    },
    onSuccess: async (judged) => {
      if (judged.outcome === "refused") message.warning(t("list.stillRefused", { row: row.row_no }));
      else message.success(t("list.fixed", { row: row.row_no, outcome: common(`status.row.${judged.outcome}`) }));
      await invalidate("/api/v1/list_imports");
      onDone?.();
    },
  });

  const known = COLUMNS[list.kind];
  const wrong = new Map(row.errors.map((error) => [error.column ?? error.field, error]));
  // A row that does not fit its header as a whole: nobody knows which of its cells are under the wrong name.
  const whole = [...wrong].filter(([name]) => !known.includes(name));
  const taken = row.outcome !== "refused";
  const asked = taken || whole.length > 0 ? known : [...wrong.keys()];
  // The kind that a name says can be chosen anew; what the file says otherwise stays as it is written there.
  const chosen = list.kind === "organizations" && taken ? row.changes.find(({ field }) => field === "kind")?.to : undefined;
  return (
    <>
      <ProblemAlert error={fix.error} />
      <Form<Cells>
        // New reasons, new fields.
        key={JSON.stringify(row.cells)}
        layout="vertical"
        requiredMark={false}
        initialValues={Object.fromEntries(asked.map((name) => [name, (name === "kind" && chosen) || (written[name] ?? "")]))}
        onFinish={(cells) => fix.mutate(Object.fromEntries(Object.entries(cells).map(([name, text]) => [name, text ?? ""])))}
        style={{ display: "grid", gap: 8, maxWidth: 420 }}
      >
        {whole.map(([name, error]) => (
          <div key={name}>
            <strong>{words.column(name)}</strong> “{error.value}” {words.refusal(error)}
          </div>
        ))}
        {asked.map((name) => {
          const error = wrong.get(name);
          return (
            <Form.Item key={name} name={name} label={words.column(name)} {...(error && { validateStatus: "error", help: words.refusal(error) })} style={{ margin: 0 }}>
              {name === "kind" && list.kind === "organizations" && taken ? (
                <Select
                  allowClear
                  aria-label={t("list.cellOf", { column: words.column(name), row: row.row_no })}
                  options={ORGANIZATION_KINDS.map((value) => ({ value, label: kindOf(value) }))}
                />
              ) : (
                <Input id={`row-${row.row_no}-${name}`} aria-label={t("list.cellOf", { column: words.column(name), row: row.row_no })} maxLength={400} />
              )}
            </Form.Item>
          );
        })}
        <div>
          <Button htmlType="submit" size="small" type="primary" loading={fix.isPending} aria-label={t("list.saveRow", { row: row.row_no })}>
            {t("list.recheck")}
          </Button>
        </div>
      </Form>
    </>
  );
}
