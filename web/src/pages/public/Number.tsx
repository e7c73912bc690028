import { useQuery } from "@tanstack/react-query";
import { Card, Timeline as Line } from "antd";
import { Link, useParams } from "react-router";
import { isProblem } from "@/api/problem";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { StateTag } from "@/pages/designations/StateTag";
import { useDay, useHolder } from "@/pages/designations/words";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";

/** Whether a number is right: what it stands for today, and what became of it. Where the code of a plaque leads. */
export function Component() {
  const { number = "" } = useParams();
  const { t } = useTranslation("designations");
  const text = useText();
  const named = useNamed();
  const holder = useHolder();
  const day = useDay();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/register/{number}", { params: { path: { number } } }));
  if (isPending) return <PageSkeleton rows={6} />;
  if (isProblem(error) && error.status === 404)
    return (
      <>
        <PageTitle>{t("verify.title", { number })}</PageTitle>
        <EmptyState title={t("verify.none")} lead={t("verify.noneLead")}>
          <Link to="/register">{t("verify.register")}</Link>
        </EmptyState>
      </>
    );
  return (
    <>
      <PageTitle lead={t("verify.lead")}>{t("verify.title", { number })}</PageTitle>
      <ProblemAlert error={error} retry={refetch} />
      <div style={{ display: "grid", gap: 16 }}>
        {data?.items.map(({ designation: row, standing, suspensions, revoked_from, history }) => (
          <Card key={row.id} title={<h2 style={{ fontSize: 18, margin: 0, whiteSpace: "normal" }}>{row.professional_name ? holder(row) : named(row.organization_name_zh, row.organization_name_en)}</h2>} extra={<StateTag state={standing} />}>
            <p style={{ marginTop: 0, fontSize: 16 }}>{t(`verify.standing.${standing}` as "verify.standing.in_force")}</p>
            <dl style={{ margin: 0, display: "grid", gap: 10, gridTemplateColumns: "repeat(auto-fit, minmax(180px, 1fr))" }}>
              {(
                [
                  [t("scheme.one"), named(row.scheme_name_zh, row.scheme_name_en)],
                  [t("held.number"), row.number],
                  [t("held.days"), row.valid_to ? `${day(row.valid_from)} – ${day(row.valid_to)}` : t("held.since", { day: day(row.valid_from) })],
                  [t("round.authority"), named(row.authority_name_zh, row.authority_name_en)],
                  [t("verify.district"), named(row.district_name_zh, row.district_name_en)],
                  ...(row.level ? [[t("award.level"), text(`public:level.${row.level}`, {}, row.level)]] : []),
                  ...(revoked_from ? [[t("verify.revokedFrom"), day(revoked_from)]] : []),
                ] as [string, string][]
              ).map(([word, value]) => (
                <div key={word}>
                  <dt style={{ color: "var(--ant-color-text-secondary)", fontSize: 13 }}>{word}</dt>
                  <dd style={{ margin: 0, fontWeight: 600 }}>{value}</dd>
                </div>
              ))}
            </dl>
            {suspensions.length > 0 && (
              <p>
                {t("held.suspensions")}{" "}
                {suspensions
                  .map((one) => (one.lifted_from ? t("held.fromTo", { from: day(one.from), to: day(one.lifted_from) }) : t("held.since", { day: day(one.from) })))
                  .join(t("join"))}
              </p>
            )}
            {history.length > 0 && (
              <>
                <h3 style={{ fontSize: 15, margin: "18px 0 12px" }}>{t("held.history")}</h3>
                <Line
                  items={history.map((event, at) => ({
                    key: String(at),
                    content: (
                      <>
                        <strong>{text(`designations:event.${event.kind}`, {}, event.kind)}</strong> <DateTime value={event.on_day} style="date" />
                      </>
                    ),
                  }))}
                />
              </>
            )}
          </Card>
        ))}
      </div>
      <p>
        <Link to="/register">{t("verify.register")}</Link>
      </p>
    </>
  );
}
