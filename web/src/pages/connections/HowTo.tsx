import { useQuery } from "@tanstack/react-query";
import { Card, Tabs } from "antd";
import { useState } from "react";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { Code } from "./Code";
import { CHECK_LIBRARY, CHECK_NODE, CHECK_PYTHON } from "./check";
import { pretty } from "./words";

/** What who writes a receiver has to know. */
export function HowTo() {
  const { t } = useTranslation("connections");
  const [examples, setExamples] = useState(false);
  return (
    <Card size="small" style={{ marginTop: 24 }}>
      <details>
        <summary style={{ cursor: "pointer" }}>
          <h2 style={{ display: "inline", margin: 0, fontSize: 16 }}>{t("how.title")}</h2>
        </summary>
        <p>{t("how.lead")}</p>
        <ol style={{ paddingInlineStart: "1.4em" }}>
          <li>{t("how.steps.answer")}</li>
          <li>{t("how.steps.once")}</li>
          <li>{t("how.steps.order")}</li>
          <li>{t("how.steps.check")}</li>
        </ol>
        <Tabs
          size="small"
          items={[
            { key: "node", label: "Node.js", children: <Code text={CHECK_NODE} /> },
            { key: "python", label: "Python", children: <Code text={CHECK_PYTHON} /> },
            { key: "library", label: t("how.library"), children: <Code text={CHECK_LIBRARY} /> },
          ]}
        />
        <details style={{ marginTop: 16 }} onToggle={({ currentTarget }) => setExamples(currentTarget.open)}>
          <summary style={{ cursor: "pointer" }}>{t("how.examples")}</summary>
          {examples && <Examples />}
        </details>
      </details>
    </Card>
  );
}

/** A message of each kind, with made-up ids. */
function Examples() {
  const { t } = useTranslation("connections");
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/webhook-kinds"));
  return (
    <>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && !error && <PageSkeleton rows={3} />}
      {data?.items.map(({ kind, example }) => (
        <section key={kind}>
          <h3 style={{ fontSize: 15, margin: "12px 0 4px" }}>
            {t(`kind.${kind}`)} <Muted>{kind}</Muted>
          </h3>
          <Code text={pretty(example)} />
        </section>
      ))}
    </>
  );
}
