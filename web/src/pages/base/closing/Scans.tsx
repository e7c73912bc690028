import { Button, Tag } from "antd";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { COLOURS, mayDecide, type Scan, useScanWords } from "../reviews/scans";
import { useDeciding } from "../reviews/useDeciding";

const VERDICTS = ["accepted", "duplicate_of", "needs_review", "refused"] as const;

/** Every scan of a session with what became of it: nothing is invisible. */
export default function Scans({ session }: { session: string }) {
  const { t } = useTranslation("closing");
  const words = useScanWords();
  const deciding = useDeciding();
  const why = (row: Scan) => [words.reason(row.reason), words.decided(row)].filter(Boolean).join(" ");
  return (
    <>
      {deciding.outcome}
      <DataTable
        name="session-scans"
        label={t("scan.label")}
        prefix="scans-"
        source={(page, filters) =>
          getQuery("/api/v1/sessions/{id}/scans", {
            params: { path: { id: session }, query: { ...page, ...(filters.verdict && { verdict: filters.verdict }) } },
          })
        }
        rowKey={(row) => row.id}
        filters={[
          {
            name: "verdict",
            kind: "select",
            label: t("scan.filter"),
            options: VERDICTS.map((value) => ({ value, label: t(`scan.verdict.${value}`) })),
          },
        ]}
        empty={<EmptyState title={t("scan.empty")} lead={t("scan.emptyLead")} />}
        columns={[
          {
            key: "who",
            title: t("scan.who"),
            fixed: true,
            render: (row) => (
              <>
                {words.name(row)} <Muted>{words.className(row)}</Muted>
              </>
            ),
            csv: (row) => `${words.name(row)} ${words.className(row)}`.trim(),
          },
          { key: "when", title: t("scan.when"), render: (row) => <DateTime value={row.at} />, csv: words.at },
          {
            key: "verdict",
            title: t("scan.filter"),
            fixed: true,
            render: (row) => <Tag color={COLOURS[row.verdict] ?? "default"}>{words.verdict(row)}</Tag>,
            csv: words.verdict,
          },
          {
            key: "why",
            title: t("scan.why"),
            render: (row) => (
              <>
                {why(row)} {row.flags.length > 0 && <Muted>{words.flags(row)}</Muted>}
              </>
            ),
            csv: why,
          },
          { key: "how", title: t("scan.how"), render: words.how, csv: words.how },
          { key: "device", title: t("scan.device"), render: words.device, csv: words.device },
          {
            key: "act",
            title: t("scan.act"),
            fixed: true,
            render: (row) =>
              mayDecide(row) && (
                <Button size="small" aria-label={t("door.lookAt", { name: words.name(row) })} onClick={() => deciding.ask([row])}>
                  {row.decision ? t("scan.again") : t("scan.act")}
                </Button>
              ),
          },
        ]}
      />
      {deciding.dialog}
    </>
  );
}
