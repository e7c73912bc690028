import { useQuery } from "@tanstack/react-query";
import { Card, Flex, Tag } from "antd";
import { Link } from "react-router";
import { type Answer, getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useDay, useTitle } from "./words";

type Edition = Answer<"/api/v1/public/editions">["items"][number];

/** All programmes with their published years, for anybody: the years under way first. */
export function Component() {
  const { t } = useTranslation("programmes");
  const named = useNamed();
  const title = useTitle();
  const day = useDay();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/public/editions", { params: { query: { limit: 500 } } }));
  if (isPending) return <PageSkeleton />;
  if (!data) return <ProblemAlert error={error} retry={refetch} />;
  const programmes = new Map<string, Edition[]>();
  for (const one of data.items.toSorted((a, b) => Number(a.closed) - Number(b.closed) || b.year - a.year))
    programmes.set(one.programme_id, [...(programmes.get(one.programme_id) ?? []), one]);
  return (
    <>
      <PageTitle lead={t("public.lead")}>{t("list.title")}</PageTitle>
      {programmes.size === 0 && <EmptyState title={t("public.none")} />}
      <Flex vertical gap={16}>
        {[...programmes].map(([id, [first, ...others]]) =>
          first ? (
            <Card key={id} title={<h2 style={{ margin: 0, fontSize: 17, whiteSpace: "normal" }}>{named(first.programme_name_zh, first.programme_name_en)}</h2>}>
              <Muted block style={{ marginBottom: 8 }}>
                {named(first.authority_name_zh, first.authority_name_en)}
              </Muted>
              <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
                {[first, ...others].map((one) => (
                  <li key={one.id} style={{ padding: "6px 0" }}>
                    <Flex gap={8} wrap align="center">
                      <Link to={`/public/editions/${one.id}`}>
                        {one.year} · {title(one)}
                      </Link>
                      {one.closed && <Tag>{t("state.closed")}</Tag>}
                      <Muted>
                        {day(one.first_day)} – {day(one.last_day)}
                      </Muted>
                    </Flex>
                  </li>
                ))}
              </ul>
            </Card>
          ) : null,
        )}
      </Flex>
    </>
  );
}
