import { Segmented, Table } from "antd";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useAddress } from "@/ui/useAddress";
import { StateTag } from "../StateTag";
import { useApplications } from "../useAll";
import { type Round, STATES, useHolder, useOrganizationKind } from "../words";

type Item = Schemas["ApplicationItem"];

/** Applications of a round by state; what is late stands first, then what is due first. */
export function Applications({ round }: { round: Round }) {
  const { t } = useTranslation("designations");
  const text = useText();
  const phone = usePhone();
  const holder = useHolder();
  const kind = useOrganizationKind();
  const [{ state }, set] = useAddress("state");
  const { data, error, isPending, refetch } = useApplications({ round_id: round.id });
  if (isPending) return <PageSkeleton rows={6} />;
  if (!data) return <ProblemAlert error={error} retry={refetch} />;
  if (data.length === 0) return <EmptyState title={t("round.noApplications")} lead={t("round.noApplicationsLead")} />;
  const counts = new Map<string, number>();
  for (const row of data) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
  const order = (row: Item) => `${row.next?.late_by ? 0 : 1} ${row.next && !row.next.optional ? row.next.due : "9999"}`;
  const rows = data.filter((row) => !state || row.state === state).toSorted((a, b) => order(a).localeCompare(order(b)));
  const turn = (row: Item) =>
    row.next ? (
      <>
        {text(`designations:party.${row.next.party}`)} {text(`designations:next.${row.next.step}`)}{" "}
        <Muted>
          {t("due")} <DateTime value={row.next.due} style="date" />
        </Muted>
      </>
    ) : (
      <Muted>{t("nothingNext")}</Muted>
    );
  const chosen = [{ value: "", label: t("round.all", { count: data.length }) }].concat(
    STATES.filter((one) => counts.has(one)).map((one) => ({ value: one, label: `${text(`designations:state.${one}`)} ${counts.get(one)}` })),
  );
  return (
    <>
      <div style={{ overflowX: "auto", marginBottom: 12 }}>
        <Segmented aria-label={t("round.byState")} value={state ?? ""} options={chosen} onChange={(next) => set({ state: next || undefined })} />
      </div>
      {phone ? (
        <ul style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 10 }}>
          {rows.map((row) => (
            <li key={row.id} style={{ border: "1px solid var(--ant-color-border-secondary)", borderRadius: 8, padding: 12, display: "grid", gap: 6 }}>
              <Link to={`/applications/${row.id}`}>
                <strong>{holder(row)}</strong>
              </Link>
              <StateTag state={row.state} next={row.next} />
              <div>{turn(row)}</div>
            </li>
          ))}
        </ul>
      ) : (
        <Table
          rowKey="id"
          size="middle"
          pagination={false}
          dataSource={rows}
          columns={[
            { key: "who", title: t("applicant"), render: (_, row) => <Link to={`/applications/${row.id}`}>{holder(row)}</Link> },
            { key: "kind", title: t("kind"), render: (_, row) => kind(row.organization_kind) },
            { key: "state", title: t("stands"), render: (_, row) => <StateTag state={row.state} next={row.next} /> },
            { key: "next", title: t("nextStep"), render: (_, row) => turn(row) },
            { key: "at", title: t("submittedAt"), render: (_, row) => <DateTime value={row.submitted_at} /> },
          ]}
        />
      )}
    </>
  );
}
