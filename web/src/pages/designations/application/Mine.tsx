import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Select } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { today } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import { StateTag } from "../StateTag";
import { useApplications } from "../useAll";
import { type Applicant, type Round, useApplicants, useDay, useHolder } from "../words";

const Start = lazy(() => import("./Start"));

const HEADING = { fontSize: 18, margin: "28px 0 12px" };
const LIST = { listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 12 };

/** Where an organization may apply, and how its applications stand. */
export function Component() {
  const { t } = useTranslation("designations");
  const all = useApplicants();
  const [{ of }, set] = useAddress("of");
  const own = all.find((one) => one.id === of) ?? all[0];
  return (
    <>
      <PageTitle lead={t("mine.lead")}>{t("mine.title")}</PageTitle>
      {all.length > 1 && (
        <Select
          aria-label={t("mine.for")}
          value={own?.id ?? null}
          options={all.map((one) => ({ value: one.id, label: one.name }))}
          style={{ minWidth: 240, marginBottom: 12 }}
          onChange={(next) => set({ of: next ?? undefined })}
        />
      )}
      {own ? <Of key={own.id} own={own} /> : <EmptyState title={t("mine.nobody")} />}
    </>
  );
}

function Of({ own }: { own: Applicant }) {
  const { t } = useTranslation("designations");
  const text = useText();
  const named = useNamed();
  const holder = useHolder();
  const day = useDay();
  const [starting, setStarting] = useState<Round>();
  const open = useQuery(getQuery("/api/v1/rounds", { params: { query: { open_on: today(), open_to: own.id, limit: 100 } } }));
  const mine = useApplications({ organization_id: own.id });
  if (open.isPending || mine.isPending) return <PageSkeleton rows={6} />;
  const applied = (round: Round) =>
    mine.data?.find((one) => one.round_id === round.id && !one.professional_name && one.state !== "withdrawn");
  const rows = (mine.data ?? []).toSorted((a, b) => b.id.localeCompare(a.id));
  return (
    <>
      <h2 style={{ ...HEADING, marginTop: 8 }}>{t("mine.open")}</h2>
      <ProblemAlert error={open.error} retry={open.refetch} />
      {open.data?.items.length === 0 && <Muted block>{t("mine.noneOpen")}</Muted>}
      <ul style={{ ...LIST, gridTemplateColumns: "repeat(auto-fill, minmax(280px, 1fr))" }}>
        {open.data?.items.map((round) => {
          const begun = applied(round);
          const forPersons = round.rules.holders?.includes("professional") ?? false;
          return (
            <li key={round.id}>
              <Card size="small" style={{ height: "100%" }} title={named(round.scheme_name_zh, round.scheme_name_en)}>
                <div>{named(round.name_zh, round.name_en)}</div>
                <Muted block>{named(round.authority_name_zh, round.authority_name_en)}</Muted>
                <div style={{ margin: "6px 0 10px" }}>{t("mine.until", { day: day(round.closes_on) })}</div>
                {begun && !forPersons ? (
                  <Link to={`/applications/${begun.id}`}>{t("mine.goOn")}</Link>
                ) : (
                  <Button type="primary" aria-label={`${t("mine.apply")}: ${named(round.scheme_name_zh, round.scheme_name_en)} ${named(round.name_zh, round.name_en)}`} onClick={() => setStarting(round)}>
                    {t("mine.apply")}
                  </Button>
                )}
              </Card>
            </li>
          );
        })}
      </ul>
      <h2 style={HEADING}>{t("mine.applications")}</h2>
      <ProblemAlert error={mine.error} retry={mine.refetch} />
      {mine.data && rows.length === 0 && <EmptyState title={t("mine.none")} lead={t("mine.noneLead")} />}
      <ul style={LIST} aria-label={t("mine.applications")}>
        {rows.map((row) => (
          <li key={row.id}>
            <Card size="small">
              <Flex gap={12} wrap align="center" justify="space-between">
                <div>
                  <Link to={`/applications/${row.id}`}>
                    <strong>{named(row.scheme_name_zh, row.scheme_name_en)}</strong>
                  </Link>{" "}
                  <Muted>
                    {named(row.round_name_zh, row.round_name_en)} {row.professional_name ? holder(row) : ""}
                  </Muted>
                  {row.next && (
                    <div>
                      {text(`designations:party.${row.next.party}`)} {text(`designations:next.${row.next.step}`)}{" "}
                      <Muted>
                        {t("due")} <DateTime value={row.next.due} style="date" />
                      </Muted>
                    </div>
                  )}
                </div>
                <StateTag state={row.state} next={row.next} />
              </Flex>
            </Card>
          </li>
        ))}
      </ul>
      <Suspense>{starting && <Start round={starting} own={own} onClose={() => setStarting(undefined)} />}</Suspense>
    </>
  );
}
