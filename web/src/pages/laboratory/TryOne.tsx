import { useQuery } from "@tanstack/react-query";
import { Modal, Select, Table } from "antd";
import { useState } from "react";
import { api, call, type Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { Illustrative } from "@/pages/district/reports/Frame";
import { difference } from "@/pages/district/decimal";
import { useSettled } from "@/pages/district/pick";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { WideTable } from "@/ui/WideTable";
import { useClassName } from "@/ui/names";
import { useTitles } from "@/ui/score/titles";
import { useReasonWords } from "@/ui/score/words";

type Line = Schemas["LineView"];

/** A text tried on one student: both sheets, line beside line. */
export default function TryOne({ document, onClose }: { document: string; onClose: () => void }) {
  const { t } = useTranslation("laboratory");
  const { lang } = useLanguage();
  const className = useClassName();
  const [typed, setTyped] = useState("");
  const [person, setPerson] = useState<string>();
  const query = useSettled(typed.trim());
  const found = useQuery({
    ...getQuery("/api/v1/persons", { params: { query: { query, limit: 20, status: "active" } } }),
    enabled: query.length > 0,
    placeholderData: (before) => before,
  });
  const both = useQuery({
    queryKey: ["try-one", person, lang, document],
    queryFn: () =>
      call(
        api.POST("/api/v1/persons/{id}/policy-trial", {
          params: { path: { id: person ?? "" }, query: { lang } },
          body: { document },
        }),
      ),
    enabled: person !== undefined,
  });
  return (
    <Modal open width={980} title={t("one.open")} footer={null} onCancel={onClose}>
      <p>{t("one.lead")}</p>
      <label htmlFor="try-person">{t("one.person")}</label>
      <Select
        id="try-person"
        style={{ width: "100%", margin: "6px 0 16px" }}
        value={person}
        placeholder={t("one.find")}
        loading={found.isFetching}
        showSearch={{ filterOption: false, onSearch: setTyped }}
        notFoundContent={query ? t("one.nobody") : null}
        onChange={setPerson}
        options={(found.data?.items ?? []).map((one) => ({
          value: one.id,
          label: `${one.name} ${one.number} ${className(one.grade, one.class_name)}`,
        }))}
      />
      <ProblemAlert error={both.error} />
      {person && both.isPending && <PageSkeleton rows={6} />}
      {both.data && <Both {...both.data} />}
    </Modal>
  );
}

function Both({ now, tried, titles: called }: Schemas["TryOutcome"]) {
  const { t } = useTranslation("laboratory");
  const named = useNamed();
  const words = useReasonWords(tried.lines);
  const before = new Map(now?.lines.map((line) => [line.record_id, line]));
  const titles = useTitles(called);
  const levels = (sheet: Schemas["ScoreView"]) =>
    Object.entries(sheet.levels as Record<string, string | null>)
      .map(([ladder, level]) => `${titles.ladder(ladder)}: ${level ? titles.level(ladder, level) : t("trial.below")}`)
      .join("; ");
  const requirements = (sheet: Schemas["ScoreView"]) => sheet.requirements.map((one) => one.text).join(" ");
  return (
    <>
      {(tried.policy.illustrative || now?.policy.illustrative) && <Illustrative />}
      {!now && <p>{t("one.none")}</p>}
      <Table
        size="small"
        aria-label={t("one.total")}
        pagination={false}
        rowKey="key"
        dataSource={[
          { key: "total", label: t("one.total"), now: now?.total ?? "", tried: `${tried.total} (${difference(tried.total, now?.total ?? "0")})` },
          { key: "levels", label: t("one.levels"), now: now ? levels(now) : "", tried: levels(tried) },
          { key: "requirements", label: t("trial.requirements"), now: now ? requirements(now) : "", tried: requirements(tried) },
        ]}
        columns={[
          { dataIndex: "label", title: t("one.what"), onCell: () => ({ style: { whiteSpace: "nowrap" } }) },
          { dataIndex: "now", title: t("one.now") },
          { dataIndex: "tried", title: t("one.tried"), render: (value: string) => <strong>{value}</strong> },
        ]}
      />
      <WideTable<Line>
        aria-label={t("one.line")}
        style={{ marginTop: 16 }}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        rowKey="record_id"
        dataSource={tried.lines.toReversed()}
        columns={[
          {
            key: "line",
            title: t("one.line"),
            render: (_, line) => (
              <>
                {named(line.title_zh, line.title_en)}{" "}
                <Muted style={{ fontSize: 13 }}>
                  <DateTime value={line.starts_at} style="date" />
                </Muted>
              </>
            ),
          },
          { key: "now", title: t("one.now"), align: "right", render: (_, line) => before.get(line.record_id)?.counted ?? "" },
          {
            key: "tried",
            title: t("one.tried"),
            align: "right",
            render: (_, line) => (line.counted === before.get(line.record_id)?.counted ? line.counted : <strong>{line.counted}</strong>),
          },
          { key: "why", title: t("one.why"), render: (_, line) => <div style={{ maxWidth: 380, whiteSpace: "normal" }}>{words(line.reasons.at(-1) ?? { text: "" })}</div> },
        ]}
      />
    </>
  );
}
