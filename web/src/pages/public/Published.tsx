import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, meQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useDay, useHolder } from "@/pages/designations/words";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { today } from "@/ui/time";

const Objections = lazy(() => import("./Objections"));
const Words = lazy(() => import("@/pages/designations/application/Words"));

type Item = Schemas["PublicItem"];

/** What is to be awarded unless somebody objects: whoever is signed in may, and reads here what was answered. */
export function Component() {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const holder = useHolder();
  const day = useDay();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { message } = App.useApp();
  const me = useQuery(meQuery);
  const [against, setAgainst] = useState<Item>();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/published"));
  if (isPending) return <PageSkeleton rows={6} />;
  const rounds = new Map<string, Item[]>();
  for (const item of data?.items ?? []) rounds.set(item.round_id, [...(rounds.get(item.round_id) ?? []), item]);
  const now = today();
  return (
    <>
      <PageTitle lead={t("published.lead")}>{t("published.title")}</PageTitle>
      <ProblemAlert error={error} retry={refetch} />
      {data && rounds.size === 0 && (
        <EmptyState title={t("published.none")} lead={t("published.noneLead")}>
          <Link to="/register">{t("verify.register")}</Link>
        </EmptyState>
      )}
      <div style={{ display: "grid", gap: 16 }}>
        {[...rounds].map(([id, items]) => {
          const [first] = items;
          if (!first) return null;
          return (
            <Card
              key={id}
              title={
                <h2 style={{ fontSize: 17, margin: 0, whiteSpace: "normal" }}>
                  {named(first.scheme_name_zh, first.scheme_name_en)} {named(first.round_name_zh, first.round_name_en)}
                </h2>
              }
            >
              <ul style={{ listStyle: "none", padding: 0, margin: 0, display: "grid", gap: 10 }}>
                {items.map((item) => (
                  <li key={item.application_id}>
                    <Flex gap={12} wrap align="center" justify="space-between">
                      <div>
                        <strong>{holder(item)}</strong> <Muted>{item.until < now ? t("published.over") : t("published.until", { day: day(item.until) })}</Muted>
                      </div>
                      {me.data && item.until >= now && (
                        <Button aria-label={`${t("published.object")}: ${holder(item)}`} onClick={() => setAgainst(item)}>
                          {t("published.object")}
                        </Button>
                      )}
                    </Flex>
                  </li>
                ))}
              </ul>
            </Card>
          );
        })}
      </div>
      {me.data && (
        <Suspense>
          <Objections />
        </Suspense>
      )}
      {!me.data && rounds.size > 0 && (
        <p>
          <Muted>{t("published.signIn")}</Muted>
        </p>
      )}
      <Suspense>
        {against && (
          <Words
            title={t("published.against", { name: holder(against) })}
            action={t("published.send")}
            lead={t("published.objectLead")}
            label={t("published.grounds")}
            field="grounds"
            send={async (grounds) => {
              try {
                return await call(
                  api.POST("/api/v1/applications/{id}/objections", {
                    params: { path: { id: against.application_id }, header: key.header },
                    body: { grounds },
                  }),
                );
              } finally {
                key.renew();
              }
            }}
            onDone={() => {
              setAgainst(undefined);
              message.success(t("published.sent"));
              void invalidate("/api/v1/applications", "/api/v1/published", "/api/v1/objections");
            }}
            onClose={() => setAgainst(undefined)}
          />
        )}
      </Suspense>
    </>
  );
}
