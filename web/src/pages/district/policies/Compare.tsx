import { useQuery } from "@tanstack/react-query";
import { Alert, Card, Flex, Segmented, Select, Switch, theme } from "antd";
import { diffArrays } from "diff";
import { Fragment, useState } from "react";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useAddress } from "@/ui/useAddress";
import { PrintButton } from "../reports/Frame";
import { heading } from "./Sentences";
import { sideBySide } from "./sideBySide";

export function Component() {
  const { t } = useTranslation("district");
  const named = useNamed();
  const { lang } = useLanguage();
  const { token } = theme.useToken();
  const [{ a, b }, set] = useAddress("a", "b");
  const [view, setView] = useState<"sentences" | "document">("sentences");
  const [changesOnly, setChangesOnly] = useState(true);
  const list = useQuery(getQuery("/api/v1/policies", { params: { query: { limit: 200 } } }));
  const read = (id: string | undefined) => ({
    ...getQuery("/api/v1/policies/{id}", { params: { path: { id: id ?? "" } } }),
    enabled: id !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const left = useQuery(read(a));
  const right = useQuery(read(b));
  const options = (list.data?.items ?? []).map((one) => ({ value: one.id, label: `${named(one.title_zh, one.title_en)} ${one.version}` }));
  const linesOf = (data: typeof left.data) =>
    data ? (view === "document" ? data.document.split("\n") : lang === "zh" ? data.sentences_zh : data.sentences_en) : [];
  const rows =
    left.data && right.data
      ? sideBySide(
          // Sentences are numbered: a sentence that only moved is no change.
          diffArrays(linesOf(left.data), linesOf(right.data), { comparator: (x, y) => plain(x) === plain(y) }),
        )
      : [];
  const changed = rows.filter((row) => row.changed).length;
  const cell = (line: string | undefined, tone: "removed" | "added" | undefined) => (
    <div
      role="cell"
      style={{
        padding: "4px 10px",
        minWidth: 0,
        whiteSpace: view === "document" ? "pre-wrap" : "normal",
        fontFamily: view === "document" ? "monospace" : "inherit",
        fontSize: view === "document" ? 13 : 15,
        fontWeight: line !== undefined && view === "sentences" && heading(line) ? 600 : 400,
        background:
          line === undefined ? undefined : tone === "removed" ? token.colorErrorBg : tone === "added" ? token.colorSuccessBg : undefined,
      }}
    >
      {tone && line !== undefined && <strong aria-label={t(`compare.${tone}`)}>{tone === "removed" ? "− " : "+ "}</strong>}
      {line}
    </div>
  );
  return (
    <>
      <PageTitle lead={t("compare.lead")} actions={<PrintButton />}>
        {t("compare.title")}
      </PageTitle>
      <Flex gap={12} wrap className="kepu-no-print" style={{ marginBottom: 12 }} align="center">
        {(["a", "b"] as const).map((side) => (
          <Select
            key={side}
            aria-label={t(side === "a" ? "compare.left" : "compare.right")}
            placeholder={t(side === "a" ? "compare.left" : "compare.right")}
            value={side === "a" ? a : b}
            style={{ minWidth: 260, maxWidth: "100%" }}
            popupMatchSelectWidth={false}
            showSearch={{ optionFilterProp: "label" }}
            options={options}
            onChange={(id: string) => set({ [side]: id })}
          />
        ))}
        <Segmented
          aria-label={t("policy.view")}
          value={view}
          onChange={setView}
          options={[
            { value: "sentences", label: t("compare.sentences") },
            { value: "document", label: t("policy.document") },
          ]}
        />
        <label>
          <Switch checked={changesOnly} onChange={setChangesOnly} aria-label={t("compare.changesOnly")} /> {t("compare.changesOnly")}
        </label>
      </Flex>
      <ProblemAlert error={left.error ?? right.error} />
      {(!a || !b) && <EmptyState title={t("compare.choose")} />}
      {a && b && (left.isPending || right.isPending) && <PageSkeleton rows={12} />}
      {left.data && right.data && (
        <Card styles={{ body: { padding: 0, overflowX: "auto" } }}>
          {changed === 0 ? (
            <Alert type="success" showIcon title={t("compare.same")} style={{ margin: 12 }} />
          ) : (
            <Alert type="info" showIcon title={t("compare.count", { count: changed })} style={{ margin: 12 }} />
          )}
          <div role="table" aria-label={t("compare.title")} style={{ display: "grid", gridTemplateColumns: "minmax(280px, 1fr) minmax(280px, 1fr)" }}>
            <div role="row" style={{ display: "contents" }}>
              {[left.data, right.data].map((one, index) => (
                <div role="columnheader" key={index === 0 ? "left" : "right"} style={{ padding: "8px 10px", borderBottom: `1px solid ${token.colorBorder}` }}>
                  <Link to={`/district/policies/${one.id}`}>
                    {named(one.title_zh, one.title_en)} {one.version}
                  </Link>
                </div>
              ))}
            </div>
            {rows.map((row, index) =>
              changesOnly && !row.changed && !(row.left !== undefined && view === "sentences" && heading(row.left)) ? (
                <Fragment key={index} />
              ) : (
                <div role="row" key={index} style={{ display: "contents" }}>
                  {cell(row.left, row.changed ? "removed" : undefined)}
                  {cell(row.right, row.changed ? "added" : undefined)}
                </div>
              ),
            )}
          </div>
        </Card>
      )}
    </>
  );
}

/** A sentence without its number. */
function plain(line: string): string {
  return line.replace(/^\d+\. /, "");
}
