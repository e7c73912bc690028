import { useQuery } from "@tanstack/react-query";
import { Alert, Flex, Tag } from "antd";
import { Link, useParams } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { Section } from "./Edition";
import { Feeds } from "./Feeds";
import { Months } from "./Months";
import { Reported } from "./Reported";
import { useDay, useTitle } from "./words";

/** A published edition for anybody: what its months are about, who takes part, and its calendar to subscribe to. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("programmes");
  const named = useNamed();
  const title = useTitle();
  const day = useDay();
  const { data: row, error, isPending, refetch } = useQuery(getQuery("/api/v1/public/editions/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton />;
  if (!row) return <ProblemAlert error={error} retry={refetch} />;
  return (
    <>
      <PageTitle lead={`${named(row.authority_name_zh, row.authority_name_en)} · ${day(row.first_day)} – ${day(row.last_day)}`}>
        {`${named(row.programme_name_zh, row.programme_name_en)} ${row.year}`}
      </PageTitle>
      {row.closed && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t("public.over")} />}
      <p style={{ margin: "0 0 4px", fontSize: 17 }}>{title(row)}</p>
      {row.source && (
        <Muted block>
          {t("field.source")}：{row.source}
        </Muted>
      )}
      {!row.closed && (
        <p>
          <Link to="/calendar">{t("public.toSessions")}</Link>
        </p>
      )}
      <Section title={t("edition.calendar")}>
        <Months edition={row} />
      </Section>
      {row.strands.length > 0 && (
        <Section title={t("edition.strands")}>
          <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
            {row.strands.map((strand) => (
              <li key={strand.id} style={{ padding: "6px 0" }}>
                <Flex gap={8} wrap align="center">
                  <Tag>{t(`kind.${strand.kind}`)}</Tag>
                  <span>{title(strand)}</span>
                  {strand.topic && <Muted>{strand.topic}</Muted>}
                </Flex>
                {strand.source && <Muted style={{ fontSize: 13 }}>{strand.source}</Muted>}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {row.members.length > 0 && (
        <Section title={t("edition.members")}>
          <ul style={{ margin: 0, paddingInlineStart: 20 }}>
            {row.members.map((member) => (
              <li key={member.organization_id}>
                {named(member.name_zh, member.name_en)} <Muted>{member.roles.map((role) => t(`role.${role}`)).join(" · ")}</Muted>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {row.reported.length > 0 && (
        <Section title={t("progress.reported")}>
          <Reported rows={row.reported} />
        </Section>
      )}
      <Section title={t("feed.title")}>
        <Feeds programme={row.programme_id} edition={row.id} hosts={row.members.filter(({ roles }) => roles.some((role) => role === "host" || role === "undertake"))} />
      </Section>
    </>
  );
}
