import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Tabs } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { getQuery, useMe } from "@/api/query";
import { session } from "@/api/session";
import { rolesOf } from "@/app/roles";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { useAddress } from "@/ui/useAddress";
import { Terms } from "./Terms";
import { type Appeal, Stands } from "./words";

const WHICH = ["open", "closed"] as const;
type Which = (typeof WHICH)[number];

/** Appeals: a family's own, those of a school's pupils, those about a host's sessions, all of a district. */
export function Component() {
  const { t } = useTranslation("appeals");
  const roles = rolesOf(useMe());
  const has = (...any: string[]) => roles.some((role) => any.includes(role));
  const reads = has("district_official", "city_official", "auditor");
  const family = !reads && !has("teacher", "school_admin", "base_admin", "base_staff");
  const [{ tab }, set] = useAddress("tab");
  const [terms, setTerms] = useState(false);
  const label: Record<Which, string> = { open: t("open"), closed: t("closed") };
  return (
    <>
      <PageTitle
        lead={reads ? t("leadDistrict") : has("base_admin", "base_staff") ? t("leadHost") : t("leadFamily")}
        actions={reads && <Button onClick={() => setTerms(true)}>{t("terms.title")}</Button>}
      >
        {family ? t("mine") : t("title")}
      </PageTitle>
      {has("base_admin", "base_staff", "teacher", "school_admin") && <Elsewhere />}
      <Tabs
        activeKey={WHICH.find((which) => which === tab) ?? "open"}
        onChange={(key) => set({ tab: key === "open" ? undefined : key })}
        destroyOnHidden
        items={WHICH.map((which) => ({
          key: which,
          label: label[which],
          children: <Table which={which} label={label[which]} family={family} />,
        }))}
      />
      {terms && <Terms onClose={() => setTerms(false)} />}
    </>
  );
}

/** Guests are of any district: what their districts have for this host, and the way there and back. */
function Elsewhere() {
  const { t } = useTranslation("appeals");
  const named = useNamed();
  const me = useMe();
  const client = useQueryClient();
  const { data } = useQuery(getQuery("/api/v1/appeals/elsewhere"));
  const go = (district: string | undefined) => {
    session.setDistrict(district);
    void client.invalidateQueries();
  };
  const own = me.grants.find((grant) => grant.district_id)?.district_id ?? undefined;
  const now = session.district();
  const away = own !== undefined && now !== undefined && !me.grants.some((grant) => grant.district_id === now);
  return (
    <Flex vertical gap={8}>
      {away && (
        <Alert
          type="info"
          showIcon
          title={t("home")}
          action={
            <Button size="small" onClick={() => go(own)}>
              {t("homeGo")}
            </Button>
          }
        />
      )}
      {data?.items.map((one) => (
        <Alert
          key={one.district_id}
          type="warning"
          showIcon
          title={t("elsewhere", { name: named(one.name_zh, one.name_en), count: one.waiting })}
          action={
            <Button size="small" onClick={() => go(one.district_id)}>
              {t("elsewhereGo")}
            </Button>
          }
        />
      ))}
    </Flex>
  );
}

function Table({ which, label, family }: { which: Which; label: string; family: boolean }) {
  const { t } = useTranslation("appeals");
  const text = useText();
  const named = useNamed();
  const title = (row: Appeal) => named(row.line.title_zh, row.line.title_en);
  const host = (row: Appeal) => named(row.host_name_zh, row.host_name_en);
  const columns: Column<Appeal>[] = [
    {
      key: "what",
      title: t("what"),
      fixed: true,
      render: (row) => (
        <span>
          <Link to={`/appeals/${row.id}`}>{title(row)}</Link>
          <Muted block style={{ margin: 0, fontSize: 13.5 }}>
            <DateTime value={row.line.starts_at ?? row.line.achieved_on} style="date" />
            {host(row) && ` · ${host(row)}`}
          </Muted>
        </span>
      ),
      csv: title,
    },
    { key: "person", title: t("person"), render: (row) => row.person_name, csv: (row) => row.person_name },
    { key: "wants", title: t("wants"), render: (row) => t(`kind.${row.wants}`), csv: (row) => row.wants },
    { key: "stands", title: t("stands"), render: (row) => <Stands of={row} />, csv: (row) => text(`appeals:state.${row.state}`) },
    ...(which === "open"
      ? [{ key: "due", title: t("due"), render: (row: Appeal) => <DateTime value={row.turn_due} style="date" />, csv: (row: Appeal) => row.turn_due ?? "" }]
      : []),
    { key: "filed", title: t("filedAt"), render: (row) => <DateTime value={row.filed_at} style="date" />, csv: (row) => row.filed_at },
  ];
  return (
    <DataTable
      name={`appeals-${which}`}
      label={label}
      source={(page, filters) =>
        getQuery("/api/v1/appeals", {
          params: { query: { ...page, which, turn: (["host", "district"] as const).find((turn) => turn === filters.turn), ...(filters.late && { late: true }) } },
        })
      }
      filters={
        which === "open" && !family
          ? [
              {
                name: "turn",
                label: t("whose"),
                kind: "select",
                options: (["host", "district"] as const).map((value) => ({ value, label: t(`turn.${value}`) })),
              },
              { name: "late", label: t("late"), kind: "select", options: [{ value: "yes", label: t("late") }] },
            ]
          : []
      }
      columns={columns}
      rowKey={(row) => row.id}
      empty={<EmptyState title={which === "open" ? t("none") : t("noneClosed")} {...(family && { lead: t("noneLead") })} />}
    />
  );
}
