import { useQuery } from "@tanstack/react-query";
import { Alert, Spin } from "antd";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { DateTime } from "@/ui/DateTime";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { thousandths, useDay } from "../words";

type Doing = "suspend" | "lift" | "revoke" | "keep" | "correct";

/** What a step on a designation would do, asked of the service, which writes nothing. */
export function useEffectOf(id: string, step: Doing, from: string, to?: string | null) {
  return useQuery({
    ...getQuery("/api/v1/designations/{id}/effect", { params: { path: { id }, query: { step, from, ...(to && { to }) } } }),
    staleTime: 0,
    gcTime: 0,
  });
}

/** That in words, while it is computed, too. */
export function Told({ effect, step, from }: { effect: ReturnType<typeof useEffectOf>; step: Doing | "end"; from: string }) {
  const { t } = useTranslation("designations");
  return (
    <section aria-label={t("effect.title")} aria-busy={effect.isFetching} style={{ marginBottom: 16 }}>
      <h3 style={{ fontSize: 15, margin: "0 0 6px" }}>{t("effect.title")}</h3>
      {effect.isFetching && <Spin size="small" aria-label={t("effect.computing")} />}
      {!effect.isFetching && effect.error && <ProblemAlert error={effect.error} retry={effect.refetch} />}
      {!effect.isFetching && effect.data && <Effect effect={effect.data} step={step} from={from} />}
    </section>
  );
}

function Effect({ effect, step, from }: { effect: Schemas["DesignationEffect"]; step: Doing | "end"; from: string }) {
  const { t } = useTranslation("designations");
  const day = useDay();
  const none = effect.sessions + effect.pending + effect.records === 0;
  return (
    <>
      <Alert
        type={none ? "success" : step === "lift" || step === "keep" ? "info" : "warning"}
        showIcon
        title={none ? t("effect.none") : t(`effect.lead.${step}`, { day: day(from) })}
        description={
          none ? undefined : (
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>
              <li>{t("effect.sessions", { count: effect.sessions })}</li>
              <li>{t("effect.pending", { count: effect.pending })}</li>
              <li>
                {t("effect.credit", {
                  records: effect.records,
                  persons: effect.persons,
                  credit: effect.credit === 0 ? "0" : thousandths(effect.credit),
                })}
              </li>
              {effect.districts > 1 && <li>{t("effect.districts", { count: effect.districts })}</li>}
            </ul>
          )
        }
      />
      {effect.first_sessions.length > 0 && (
        <details style={{ marginTop: 8 }}>
          <summary>{t("effect.which")}</summary>
          <ul style={{ margin: "6px 0 0", paddingInlineStart: 18 }}>
            {effect.first_sessions.map((one) => (
              <li key={one.id}>
                <Link to={`/sessions/${one.id}`}>{one.title_zh}</Link> <DateTime value={one.starts_at} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
