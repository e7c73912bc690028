import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert, Button, Flex, theme } from "antd";
import { Link, useParams } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { useAccess } from "@/pages/district/access";
import { useHosts } from "@/pages/base/hosts";
import { About, Illustrative, PrintButton, ReportTabs } from "@/pages/district/reports/Frame";
import { reportPath, reportQuery, useReportBase, useReportFilters } from "@/pages/district/reports/filters";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { WithPolicy } from "@/ui/score/policy";
import { TableFilters } from "@/ui/TableFilters";
import { useAddress } from "@/ui/useAddress";
import { Files } from "./Files";
import { filtersOf, type Kind, kindsOf, NAMED, readyPath } from "./kinds";
import { opens, rowPath } from "./opens";
import { usePlace } from "./place";
import { SaveReport } from "./Save";
import { Tables } from "./Tables";
import { Tariffs } from "./Tariffs";

/** One ready report of the district, of a school or of a base. */
export function Component() {
  const { kind } = useParams();
  const { place } = usePlace();
  const kinds = kindsOf(place);
  const known = kinds.find((one) => one === kind) ?? kinds[0] ?? "requirements";
  return (
    <WithPolicy>
      <One key={known} kind={known} />
    </WithPolicy>
  );
}

function One({ kind }: { kind: Kind }) {
  const { t } = useTranslation("reports");
  const { lang } = useLanguage();
  const { official } = useAccess();
  const { place, lists } = usePlace();
  const hosts = useHosts();
  const own = filtersOf(kind, place);
  const has = (name: string) => own.includes(name);
  const filters = useReportFilters("policy", "period", "from", "to", "term", "school", "class", "grade", "host", "as_of");
  const [address, set] = useAddress("policy", "from", "to", "term", "school", "class", "grade", "host", "as_of", "detail");
  const fixed = ["policy", "period", "from", "to", "term"];
  const shown = filters.filter((filter) => fixed.includes(filter.name) || has(filter.name));
  const { detail, ...rest } = address;
  // Who answers for one host alone need not choose it.
  const only = place === "base" && hosts.length === 1 && has("host") ? { host: hosts[0]?.id } : {};
  const values: Record<string, string | undefined> = { ...only, ...Object.fromEntries(Object.entries(rest).filter(([name, value]) => value && (fixed.includes(name) || has(name)))) };
  const one = Boolean(values.host || values.school || values.class);
  const named = NAMED.includes(kind) && detail === "true" && one;
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/reports/ready/{kind}", {
      params: { path: { kind }, query: { ...reportQuery(values), lang, ...(named && { detail: true }) } },
    }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  return (
    <>
      <PageTitle
        actions={
          <>
            <Files kind={kind} values={{ ...values, ...(named && { detail: "true" }) }} sections={data?.sections} />
            <SaveReport kind={kind} values={values} />
            <PrintButton />
          </>
        }
      >
        {t(`ready.${kind}`)}
      </PageTitle>
      <ReportTabs here="ready" />
      <KindTabs
        here={kind}
        values={{
          policy: address.policy,
          from: address.from,
          to: address.to,
          term: address.term,
          as_of: address.as_of,
          ...(place === "school" && { school: address.school }),
          ...(place === "base" && { host: address.host }),
        }}
      />
      <div className="kepu-no-print" style={{ marginBottom: 12 }}>
        <TableFilters filters={shown} values={{ ...address, period: undefined }} onChange={(name, value) => set({ [name]: value })} />
      </div>
      {values.as_of && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 12 }}
          title={t("asOf.of", { day: values.as_of })}
          action={
            <Button size="small" onClick={() => set({ as_of: undefined })}>
              {t("asOf.now")}
            </Button>
          }
        />
      )}
      <ProblemAlert error={error} retry={refetch} />
      {isPending && !error && <PageSkeleton rows={10} />}
      {data && (
        <Flex vertical gap={16}>
          <div>
            <About about={data} />
            {data.policy.illustrative && <Illustrative />}
            {data.notes.map((note) => (
              <Muted key={note} block>
                {note}
              </Muted>
            ))}
            {NAMED.includes(kind) && (
              <div className="kepu-no-print" style={{ marginTop: 8 }}>
                {one ? (
                  <Button size="small" onClick={() => set({ detail: named ? undefined : "true" })}>
                    {named ? t("ready.hideNames") : t("ready.names")}
                  </Button>
                ) : (
                  <Muted>{t("ready.namesHint")}</Muted>
                )}
              </div>
            )}
          </div>
          <Tables
            report={data}
            link={(row, column, isName) =>
              isName ? rowPath(kind, row.of, { place, lists, values }) : opens(data, column, row.of, { place, lists, values })
            }
          />
          {kind === "settlement" && <Tariffs host={values.host} manages={official} />}
        </Flex>
      )}
    </>
  );
}

/** From one ready report to the others, with the period kept. */
function KindTabs({ here, values }: { here: Kind; values: Record<string, string | undefined> }) {
  const { t } = useTranslation("reports");
  const { token } = theme.useToken();
  const { base } = useReportBase();
  const { place } = usePlace();
  return (
    <nav aria-label={t("ready.kinds")} className="kepu-no-print" style={{ marginBottom: 16 }}>
      <Flex gap={4} wrap component="ul" style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {kindsOf(place).map((kind) => (
          <li key={kind}>
            <Link
              to={reportPath(readyPath(kind, base), values)}
              aria-current={kind === here ? "page" : undefined}
              style={{
                display: "block",
                padding: "4px 10px",
                borderBottom: `2px solid ${kind === here ? token.colorPrimary : "transparent"}`,
                color: kind === here ? token.colorLink : token.colorText,
                fontWeight: kind === here ? 600 : 400,
              }}
            >
              {t(`ready.${kind}`)}
            </Link>
          </li>
        ))}
      </Flex>
    </nav>
  );
}
