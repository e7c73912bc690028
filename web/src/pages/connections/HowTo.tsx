import { CopyOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Collapse, Tabs } from "antd";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { CHECK_LIBRARY, CHECK_NODE, CHECK_PYTHON } from "./check";
import { pretty, useCopy } from "./words";

/** What who writes a receiver has to know. */
export function HowTo() {
  const { t } = useTranslation("connections");
  return (
    <Collapse
      style={{ marginTop: 24 }}
      items={[
        {
          key: "how",
          label: <h2 style={{ margin: 0, fontSize: 16 }}>{t("how.title")}</h2>,
          children: (
            <>
              <p style={{ marginTop: 0 }}>{t("how.lead")}</p>
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
              <Collapse ghost destroyOnHidden items={[{ key: "kinds", label: t("how.examples"), children: <Examples /> }]} />
            </>
          ),
        },
      ]}
    />
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

/** Code to be read and copied; it scrolls within itself. */
export function Code({ text }: { text: string }) {
  const { t } = useTranslation();
  const copy = useCopy();
  return (
    <div style={{ position: "relative", display: "grid", gridTemplateColumns: "minmax(0, 1fr)" }}>
      {/* Who has no mouse scrolls it by the arrow keys. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} className="kepu-code" style={{ overflow: "auto", maxHeight: 420, margin: 0, padding: "12px 48px 12px 12px", border: "1px solid #8c959f", borderRadius: 6, fontSize: 13 }}>
        {text}
      </pre>
      <Button size="small" icon={<CopyOutlined aria-hidden />} aria-label={t("action.copy")} style={{ position: "absolute", top: 8, insetInlineEnd: 8 }} onClick={() => void copy(text)} />
    </div>
  );
}
