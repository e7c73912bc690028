import { Card, Flex, Segmented, Table, Tag } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "@/i18n";
import { usePhone } from "@/app/theme";
import { useNamed } from "@/i18n/useText";
import { DateTime } from "../DateTime";
import { EmptyState } from "../EmptyState";
import { Muted } from "../Muted";
import { LineOutcome } from "../ReasonList";
import { useAddress } from "../useAddress";
import { type Line, useCategory, useReasonWords } from "./words";
import "./score.css";

const Question = lazy(() => import("../appeals/Question"));

const STATES = ["counted", "cut", "refused"] as const;

/** A sheet line by line, the latest first, each with its reasons; for whom `asks` names the person, each can be questioned. */
export function Lines({ lines, empty, asks }: { lines: readonly Line[]; empty: string; asks?: string | undefined }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const named = useNamed();
  const category = useCategory();
  const [address, setAddress] = useAddress("line");
  const count = (state: string) => lines.filter((line) => line.status === state).length;
  const shown = lines
    .filter((line) => !address.line || line.status === address.line)
    .toSorted((a, b) => (b.starts_at ?? "").localeCompare(a.starts_at ?? ""));
  if (lines.length === 0) return <EmptyState title={empty} />;

  const what = (line: Line) => (
    <span>
      <strong style={{ fontWeight: 550 }}>{named(line.title_zh, line.title_en)}</strong>{" "}
      {line.category && <Tag>{category(line.category)}</Tag>}
      <Muted block style={{ margin: 0, fontSize: 13.5 }}>
        <DateTime value={line.starts_at} style="date" />
        {line.host_name && ` · ${line.host_name}`}
        {asks && (
          <Suspense fallback={null}>
            <Question person={asks} of={line.source === "result" ? "result" : "participation"} id={line.record_id} title={named(line.title_zh, line.title_en)} />
          </Suspense>
        )}
      </Muted>
    </span>
  );
  return (
    <>
      <Segmented
        className="kepu-no-print kepu-view"
        aria-label={t("score.filter")}
        value={address.line ?? "all"}
        onChange={(state) => setAddress({ line: state === "all" ? undefined : state })}
        options={[
          { value: "all", label: `${t("table.all")} ${lines.length}` },
          ...STATES.filter((state) => count(state) > 0).map((state) => ({
            value: state,
            label: `${t(`status.line.${state}`)} ${count(state)}`,
          })),
        ]}
      />
      {phone ? (
        <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 10 }}>
          {shown.map((line) => (
            <li key={line.record_id}>
              <Card size="small">
                <Flex justify="space-between" gap={8} align="start">
                  {what(line)}
                  <LineOutcome line={line} />
                </Flex>
                <div style={{ marginTop: 6, fontSize: 14.5 }}>
                  <Reasons line={line} lines={lines} />
                </div>
              </Card>
            </li>
          ))}
        </ul>
      ) : (
        <Table<Line>
          size="middle"
          rowKey="record_id"
          aria-label={t("score.lines")}
          dataSource={shown}
          pagination={shown.length > 200 ? { pageSize: 200, showSizeChanger: false } : false}
          columns={[
            { title: t("score.what"), key: "what", width: "34%", render: (_, line) => what(line) },
            { title: t("credit.unit"), key: "credit", width: 170, render: (_, line) => <LineOutcome line={line} /> },
            { title: t("score.why"), key: "why", render: (_, line) => <Reasons line={line} lines={lines} /> },
          ]}
        />
      )}
    </>
  );
}

function Reasons({ line, lines }: { line: Line; lines: readonly Line[] }) {
  const words = useReasonWords(lines);
  const [first, ...others] = line.reasons;
  if (!first) return null;
  if (others.length === 0) return <span data-code={first.code}>{words(first)}</span>;
  return (
    <ul style={{ margin: 0, paddingInlineStart: 18 }}>
      {line.reasons.map((reason) => (
        <li key={`${reason.code}-${reason.text}`} data-code={reason.code}>
          {words(reason)}
        </li>
      ))}
    </ul>
  );
}
