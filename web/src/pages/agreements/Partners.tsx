import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Select, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useGrades } from "@/pages/base/hosts";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useAddress } from "@/ui/useAddress";
import { OwnWorks } from "./OwnWorks";
import { Standing } from "./Tags";
import { useParties } from "./words";

const ProfileForm = lazy(() => import("./ProfileForm"));
const Propose = lazy(() => import("./Propose"));

type Match = Schemas["PartnerMatch"];
const HEADING = { fontSize: 18, margin: "24px 0 12px" };

/** What one's organization offers and seeks, and who fits it, with a proposal one click away. */
export function Component() {
  const { t } = useTranslation("agreements");
  const own = useParties();
  const [address, set] = useAddress("of");
  const mine = own.find((one) => one.id === address.of) ?? own[0];
  const [edit, setEdit] = useState(false);
  const [to, setTo] = useState<Match>();
  const id = mine?.id ?? "";
  const profile = useQuery({
    ...getQuery("/api/v1/organizations/{id}/partner-profile", { params: { path: { id } } }),
    enabled: mine !== undefined,
  });
  const matches = useQuery({
    ...getQuery("/api/v1/partners", { params: { query: { organization_id: id } } }),
    enabled: mine !== undefined,
  });
  return (
    <>
      <PageTitle
        lead={t("partners.lead")}
        actions={
          own.length > 1 && (
            <Select
              aria-label={t("partners.for")}
              value={id}
              style={{ minWidth: 220 }}
              options={own.map((one) => ({ value: one.id, label: one.name }))}
              onChange={(next) => set({ of: next })}
            />
          )
        }
      >
        {t("partners.title")}
      </PageTitle>
      <h2 style={HEADING}>{t("partners.own")}</h2>
      {profile.isPending && <PageSkeleton />}
      {profile.error && <ProblemAlert error={profile.error} retry={profile.refetch} />}
      {profile.data && (
        <Card size="small">
          {profile.data.version === 0 ? <Muted block>{t("partners.notYet")}</Muted> : <Own profile={profile.data} />}
          <Button style={{ marginTop: 12 }} type={profile.data.version === 0 ? "primary" : "default"} onClick={() => setEdit(true)}>
            {t("partners.edit")}
          </Button>
        </Card>
      )}
      {mine && <OwnWorks id={id} />}
      {matches.data?.described !== false && (
        <>
          <h2 style={HEADING}>{t("partners.matches")}</h2>
          {matches.error && <ProblemAlert error={matches.error} retry={matches.refetch} />}
          {matches.data?.items.length === 0 && <EmptyState title={t("partners.none")} lead={t("partners.noneLead")} />}
          <ol style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 12 }}>
            {matches.data?.items.map((one) => (
              <li key={one.organization_id}>
                <Fits match={one} onPropose={() => setTo(one)} />
              </li>
            ))}
          </ol>
        </>
      )}
      <Suspense>
        {edit && profile.data && <ProfileForm profile={profile.data} onClose={() => setEdit(false)} />}
        {to && mine && <Propose own={mine} to={to} onClose={() => setTo(undefined)} />}
      </Suspense>
    </>
  );
}

function Own({ profile }: { profile: Schemas["PartnerProfile"] }) {
  const { t } = useTranslation("agreements");
  const grades = useGrades();
  const of = (word: "offers" | "seeks", note: string) => (
    <div>
      <Flex gap={4} wrap align="center">
        <Muted>{t(`partners.${word}`)}</Muted>
        {profile[word].length === 0 ? "—" : profile[word].map((field) => <Tag key={field}>{t(`fields.${field}`)}</Tag>)}
      </Flex>
      {note && <div>{note}</div>}
    </div>
  );
  return (
    <Flex vertical gap={8}>
      {of("offers", profile.offer_note)}
      {of("seeks", profile.seek_note)}
      <Flex gap={16} wrap>
        <span>{grades(profile.grades)}</span>
        {profile.persons_per_year && <span>{t("partners.year", { count: profile.persons_per_year })}</span>}
        <Tag color={profile.open ? "success" : "default"}>{t(profile.open ? "partners.open" : "partners.closed")}</Tag>
      </Flex>
    </Flex>
  );
}

function Fits({ match, onPropose }: { match: Match; onPropose: () => void }) {
  const { t } = useTranslation("agreements");
  const named = useNamed();
  const grades = useGrades();
  const name = named(match.name_zh, match.name_en);
  const said = (reason: Match["reasons"][number]): string => {
    const fields = reason.fields.map((field) => t(`fields.${field}`)).join(t("join"));
    if (reason.code === "offers_what_you_seek" || reason.code === "seeks_what_you_offer")
      return t(`partners.reason.${reason.code}`, { fields });
    return reason.code === "same_district" ? t("partners.reason.same_district") : t("partners.reason.pairings", { count: reason.count ?? 0 });
  };
  return (
    <Card size="small">
      <Flex gap={12} wrap justify="space-between" align="start">
        <div style={{ flex: "1 1 280px", minWidth: 0 }}>
          <h3 style={{ margin: 0, fontSize: 16 }}>{name}</h3>
          <Muted>
            {t(`organization.${match.kind}`)} · {named(match.district_name_zh, match.district_name_en)} · {grades(match.grades)}
            {match.persons_per_year && ` · ${t("partners.year", { count: match.persons_per_year })}`}
          </Muted>
          <ul style={{ margin: "8px 0 0", paddingInlineStart: 20 }}>
            {match.reasons.map((reason) => (
              <li key={reason.code}>{said(reason)}</li>
            ))}
          </ul>
          {[match.offer_note, match.seek_note].filter(Boolean).map((note) => (
            <Muted key={note} block>
              {note}
            </Muted>
          ))}
        </div>
        {match.agreement_id && match.agreement_standing ? (
          <Flex gap={8} align="center" wrap>
            <Standing of={match.agreement_standing} />
            <Link to={`/agreements/${match.agreement_id}`}>{t("partners.see")}</Link>
          </Flex>
        ) : (
          <Button type="primary" aria-label={t("partners.proposeTo", { name })} onClick={onPropose}>
            {t("partners.propose")}
          </Button>
        )}
      </Flex>
    </Card>
  );
}
