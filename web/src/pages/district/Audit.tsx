import { AutoComplete } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { wallToInstant } from "@/ui/time";
import { AccountName } from "./pick";

type Row = Schemas["AuditEventView"];
const NOUNS = [
  "person", "score", "ledger", "report", "result", "evidence", "participation", "session", "activity", "roster", "class",
  "policy", "soft_decision", "organization", "designation", "scheme", "competition", "resource", "booking", "tour", "agreement",
  "project", "partner",
  "webhook", "account", "district", "auth",
] as const;
/** Where the pages show the object of an event. */
const PAGES: Record<string, string> = {
  person: "/persons/",
  class: "/classes/",
  organization: "/organizations/",
  result: "/district/results/",
  session: "/sessions/",
  activity: "/activities/",
  resource: "/resources/",
  agreement: "/agreements/",
  project: "/projects/",
  account: "/district/accounts/",
  policy_version: "/district/policies/",
  adoption: "/district/policies/adoptions/",
  policy_adoption: "/district/policies/adoptions/",
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The accounts that a detail names by id, however deep: `decided_by`, `account_id`, `accounts`. */
function accountsIn(detail: unknown, of = ""): string[] {
  if (Array.isArray(detail)) return [...new Set(detail.flatMap((one) => accountsIn(one, of)))];
  if (typeof detail === "object" && detail !== null)
    return [...new Set(Object.entries(detail).flatMap(([name, value]) => accountsIn(value, name)))];
  return typeof detail === "string" && UUID.test(detail) && /(^|_)(accounts?(_ids?)?|by)$/.test(of) ? [detail] : [];
}

const nextDay = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

export function Component() {
  const { t } = useTranslation("district");
  const text = useText();
  const noun = (word: string) => text(`district:audit.noun.${word}`, {}, word);
  const verb = (action: string) => {
    const [what = "", did = ""] = action.split(".");
    return `${noun(what)} · ${text(`district:audit.verb.${did}`, {}, did)}`;
  };
  const columns: Column<Row>[] = [
    { key: "at", title: t("audit.at"), fixed: true, render: (row) => <DateTime value={row.at} />, csv: (row) => row.at },
    { key: "account", title: t("audit.account"), render: (row) => row.account_name ?? <Muted>{t("audit.nobody")}</Muted>, csv: (row) => row.account_name ?? "" },
    {
      key: "action",
      title: t("audit.action"),
      render: (row) => <span title={row.action}>{verb(row.action)}</span>,
      csv: (row) => row.action,
    },
    {
      key: "object",
      title: t("audit.object"),
      render: (row) => {
        const page = PAGES[row.object_kind];
        const label = `${noun(row.object_kind)} ${row.object_id.length > 12 ? `…${row.object_id.slice(-6)}` : row.object_id}`;
        return page && row.object_id.length === 36 ? <Link to={page + row.object_id}>{label}</Link> : label;
      },
      csv: (row) => `${row.object_kind} ${row.object_id}`,
    },
    { key: "address", title: t("audit.address"), render: (row) => row.address, csv: (row) => row.address },
    { key: "request", title: t("audit.request"), hidden: true, render: (row) => <code>{row.request_id}</code>, csv: (row) => row.request_id },
    { key: "detail", title: t("audit.detail"), hidden: true, render: (row) => <code>{JSON.stringify(row.detail)}</code>, csv: (row) => JSON.stringify(row.detail) },
  ];
  return (
    <>
      <PageTitle lead={t("audit.lead")}>{t("audit.title")}</PageTitle>
      <DataTable
        name="audit"
        label={t("audit.title")}
        source={(page, values) =>
          getQuery("/api/v1/audit", {
            params: {
              query: {
                limit: page.limit,
                ...(page.cursor && { cursor: page.cursor }),
                ...(values.action && { action: values.action }),
                ...(values.object && { object_id: values.object }),
                ...(values.account && { account_id: values.account }),
                ...(values.from && { from: wallToInstant(`${values.from}T00:00`) }),
                ...(values.to && { to: wallToInstant(`${nextDay(values.to)}T00:00`) }),
              },
            },
          })
        }
        columns={columns}
        rowKey={(row) => row.id}
        filters={[
          {
            name: "action",
            label: t("audit.action"),
            kind: "own",
            field: (value, set, id) => (
              <AutoComplete
                id={id}
                key={value ?? ""}
                aria-label={t("audit.action")}
                defaultValue={value ?? ""}
                allowClear
                placeholder={t("audit.actionHint")}
                style={{ width: 210 }}
                options={NOUNS.map((word) => ({ value: `${word}.`, label: `${noun(word)} (${word}.)` }))}
                showSearch={{ filterOption: (typed, option) => `${option?.label ?? ""}`.includes(typed) }}
                onSelect={(next: string) => set(next)}
                onClear={() => set(undefined)}
                onBlur={(event) => {
                  const typed = (event.target as HTMLInputElement).value.trim();
                  if (typed !== (value ?? "")) set(typed || undefined);
                }}
              />
            ),
          },
          { name: "account", label: t("audit.accountId"), kind: "search" },
          { name: "object", label: t("audit.objectId"), kind: "search" },
          { name: "from", label: t("filter.from"), kind: "date" },
          { name: "to", label: t("filter.to"), kind: "date" },
        ]}
        expand={(row) => (
          <div>
            <pre style={{ margin: 0, whiteSpace: "pre-wrap", fontSize: 13 }}>{JSON.stringify(row.detail, null, 2)}</pre>
            {accountsIn(row.detail).map((id) => (
              <Muted key={id} style={{ fontSize: 13 }}>
                <code>{id}</code> <AccountName id={id} />
              </Muted>
            ))}
            <Muted style={{ fontSize: 13 }}>
              {t("audit.request")} {row.request_id} · {row.action} · {row.object_id}
              {row.account_id && (
                <>
                  {" · "}
                  <Link to={`/district/audit?account=${row.account_id}`} style={{ textDecoration: "underline" }}>
                    {t("audit.byAccount")}
                  </Link>
                </>
              )}
              {" · "}
              <Link to={`/district/audit?object=${encodeURIComponent(row.object_id)}`} style={{ textDecoration: "underline" }}>
                {t("audit.ofObject")}
              </Link>
            </Muted>
          </div>
        )}
        empty={<EmptyState title={t("audit.none")} />}
      />
    </>
  );
}
