import { Button, Flex, Tabs, Typography } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useAccess } from "@/pages/district/access";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { useAddress } from "@/ui/useAddress";
import { Register } from "./Register";
import { type Erasure, State } from "./words";

const WHICH = ["open", "over"] as const;

export function Component() {
  const { t } = useTranslation("erasures");
  const { official } = useAccess();
  const [{ tab }, set] = useAddress("tab");
  const [registering, setRegistering] = useState(false);
  return (
    <>
      <PageTitle lead={t("lead")} actions={official && <Button onClick={() => setRegistering(true)}>{t("register.open")}</Button>}>
        {t("title")}
      </PageTitle>
      <Tabs
        activeKey={tab === "over" ? "over" : "open"}
        onChange={(key) => set({ tab: key === "open" ? undefined : key })}
        destroyOnHidden
        items={WHICH.map((which) => ({ key: which, label: t(which), children: <Table which={which} /> }))}
      />
      {registering && <Register onClose={() => setRegistering(false)} />}
    </>
  );
}

function Table({ which }: { which: (typeof WHICH)[number] }) {
  const { t } = useTranslation("erasures");
  const named = useNamed();
  const school = (row: Erasure) => (row.school_name_zh ? named(row.school_name_zh, row.school_name_en ?? "") : "");
  const columns: Column<Erasure>[] = [
    {
      key: "person",
      title: t("person"),
      fixed: true,
      render: (row) => (
        <Flex vertical>
          <Link to={`/erasures/${row.id}`}>{row.person_name ?? t("erased")}</Link>
          <Typography.Text type="secondary">{row.person_number}</Typography.Text>
        </Flex>
      ),
      csv: (row) => row.person_name ?? t("erased"),
    },
    { key: "school", title: t("school"), render: school, csv: school },
    { key: "channel", title: t("channel"), render: (row) => t(`channels.${row.channel}`), csv: (row) => t(`channels.${row.channel}`) },
    { key: "asked", title: t("asked"), render: (row) => <DateTime value={row.asked_at} />, csv: (row) => row.asked_at },
    { key: "state", title: t("state"), render: (row) => <State state={row.state} />, csv: (row) => t(`states.${row.state}`) },
    which === "open"
      ? { key: "due", title: t("due"), render: (row: Erasure) => row.due_at && <DateTime value={row.due_at} />, csv: (row: Erasure) => row.due_at ?? "" }
      : { key: "done", title: t("doneAt"), render: (row: Erasure) => row.done_at && <DateTime value={row.done_at} />, csv: (row: Erasure) => row.done_at ?? "" },
  ];
  return (
    <DataTable
      name={`erasures-${which}`}
      label={t(which)}
      source={(page) => getQuery("/api/v1/erasures", { params: { query: { ...page, which } } })}
      columns={columns}
      rowKey={(row) => row.id}
      empty={<EmptyState title={t(which === "open" ? "none" : "noneOver")} {...(which === "open" && { lead: t("noneLead") })} />}
    />
  );
}
