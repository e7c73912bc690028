import { Flex, Tabs } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { getQuery, useMe } from "@/api/query";
import { rolesOf } from "@/app/roles";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { useHosts } from "@/pages/base/hosts";
import { type Column, DataTable } from "@/ui/DataTable";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { formatTime } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import { BookingState } from "./BookingState";
import { type Step, Steps } from "./Steps";
import { type Booking, STATES } from "./words";

const StepForm = lazy(() => import("./StepForm"));
const Move = lazy(() => import("./Move"));

const TABS = ["answer", "out", "asked", "all"] as const;
type Tab = (typeof TABS)[number];

/** Requests to answer, what is out and due, what we asked for, and all of it. */
export function Component() {
  const { t } = useTranslation("resources");
  const named = useNamed();
  const { language } = useLanguage();
  const own = useHosts();
  // Officials answer for nobody's things of their own: they see all.
  const watches = rolesOf(useMe()).some((role) => ["district_official", "city_official", "auditor"].includes(role));
  const [address, set] = useAddress("tab", "resource");
  const tabs = own.length > 0 ? TABS : (["answer", "out", "all"] as const);
  const tab: Tab = TABS.find((one) => one === address.tab) ?? (watches && own.length === 0 ? "all" : "answer");
  const [step, setStep] = useState<{ step: Step; row: Booking }>();
  const asker = (row: Booking) => named(row.organization_name_zh, row.organization_name_en);
  const owner = (row: Booking) => named(row.owner_name_zh, row.owner_name_en);
  const resource = (row: Booking) => named(row.resource_title_zh, row.resource_title_en);
  const columns: Column<Booking>[] = [
    {
      key: "resource",
      title: t("field.title"),
      fixed: true,
      render: (row) => (
        <Flex vertical gap={6}>
          <Link to={`/resources/${row.resource_id}`}>{resource(row)}</Link>
          {row.tour_id && row.tour_name && (
            <Link to={`/tours/${row.tour_id}`} style={{ lineHeight: "24px", fontWeight: 400 }}>
              {t("desk.tour", { name: row.tour_name })}
            </Link>
          )}
        </Flex>
      ),
      csv: resource,
    },
    {
      key: "days",
      title: t("desk.days"),
      render: (row) => (
        <>
          <DateTime value={row.first_day} />
          {row.last_day !== row.first_day && (
            <>
              {" – "}
              <DateTime value={row.last_day} />
            </>
          )}
        </>
      ),
      csv: (row) => `${row.first_day} – ${row.last_day}`,
    },
    { key: "asker", title: t("desk.asker"), render: asker, csv: asker, hidden: tab === "asked" },
    { key: "owner", title: t("field.owner"), render: owner, csv: owner, hidden: tab === "answer" || tab === "out" },
    {
      key: "items",
      title: t("desk.items"),
      render: (row) => (row.labels.length > 3 ? t("stock.items", { count: row.quantity }) : row.labels.join(", ")),
      csv: (row) => row.labels.join(", "),
    },
    { key: "purpose", title: t("ask.purpose"), render: (row) => row.purpose, csv: (row) => row.purpose, hidden: tab === "out" },
    {
      key: "state",
      title: t("field.status"),
      render: (row) => (
        <Flex vertical gap={2}>
          <BookingState row={row} />
          {row.reason && <Muted style={{ fontSize: 13 }}>{row.reason}</Muted>}
          {row.longer_until && <Muted style={{ fontSize: 13 }}>{t("desk.wanted", { day: formatTime(row.longer_until, "date", language) })}</Muted>}
          {row.longer_refusal && <Muted style={{ fontSize: 13 }}>{t("desk.notLonger", { reason: row.longer_refusal })}</Muted>}
        </Flex>
      ),
      csv: (row) => t(`state.${row.state}`),
    },
    {
      key: "steps",
      title: t("desk.steps"),
      fixed: true,
      render: (row) => <Steps row={row} own={own} onStep={(one) => setStep({ step: one, row })} />,
    },
  ];
  return (
    <>
      <PageTitle lead={t("desk.lead")}>{t("desk.title")}</PageTitle>
      <Tabs
        activeKey={tab}
        onChange={(next) => set({ tab: next }, ["cursor", "page", "state"])}
        items={tabs.map((key) => ({ key, label: t(`desk.tab.${key}`) }))}
      />
      <DataTable
        key={tab}
        name={`bookings-${tab}`}
        label={t(`desk.tab.${tab}`)}
        source={(page, chosen: Record<"state" | "resource", string | undefined>) =>
          getQuery("/api/v1/bookings", {
            params: {
              query: {
                limit: page.limit,
                ...(page.cursor && { cursor: page.cursor }),
                ...(tab === "answer" && { side: "owner" as const, state: "requested" as const }),
                ...(tab === "out" && { side: "owner" as const, due_by: "9999-12-31" }),
                ...(tab === "asked" && { side: "asker" as const }),
                ...((tab === "asked" || tab === "all") && chosen.state && { state: chosen.state as Booking["state"] }),
                ...(chosen.resource && { resource_id: chosen.resource }),
              },
            },
          })
        }
        rowKey={(row) => row.id}
        filters={[
          ...(tab === "asked" || tab === "all"
            ? [
                {
                  name: "state" as const,
                  kind: "select" as const,
                  label: t("field.status"),
                  options: STATES.map((value) => ({ value, label: t(`state.${value}`) })),
                },
              ]
            : []),
          { name: "resource", kind: "silent", label: t("field.title") },
        ]}
        empty={<EmptyState title={t(`desk.empty.${tab}`)} lead={<Link to="/resources">{t("desk.look")}</Link>} />}
        columns={columns}
      />
      <Suspense>
        {step?.step === "move" && <Move row={step.row} onClose={() => setStep(undefined)} />}
        {step && step.step !== "move" && <StepForm step={step.step} row={step.row} onClose={() => setStep(undefined)} />}
      </Suspense>
    </>
  );
}
