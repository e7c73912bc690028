import { LeftOutlined, PlusOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Flex, Segmented } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { usePhone } from "@/app/theme";
import { useLanguage } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { TableFilters } from "@/ui/TableFilters";
import { formatTime, today } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import { addDays, mondayOf, monthOf } from "./day";
import { KINDS, useHosts, useKind } from "./hosts";

const MonthView = lazy(() => import("./MonthView"));
const WeekView = lazy(() => import("./WeekView"));
const SessionList = lazy(() => import("./SessionList"));
const SessionForm = lazy(() => import("./SessionForm"));

const VIEWS = ["month", "week", "list"] as const;
const STATUSES = ["open", "closed", "cancelled"] as const;

/** What the views show; all of it stands in the address. */
export interface Shown {
  host: string;
  day: string;
  kind?: string | undefined;
  status?: string | undefined;
  q?: string | undefined;
  /** Show another day. */
  go: (day: string, view?: "week") => void;
  /** Make a session on this day. */
  make: (day?: string) => void;
}

export function Component() {
  const { t } = useTranslation("base");
  const { t: common } = useTranslation();
  const { language } = useLanguage();
  const phone = usePhone();
  const navigate = useNavigate();
  const kind = useKind();
  const hosts = useHosts();
  const [address, set] = useAddress("view", "day", "host", "kind", "status", "q", "new");
  const view = VIEWS.find((known) => known === address.view) ?? "month";
  const day = address.day ?? today();
  const host = address.host ?? hosts[0]?.id;

  if (host === undefined) return <EmptyState title={t("calendar.noHost")} />;

  const step = (by: -1 | 1) => {
    if (view === "week") return addDays(day, 7 * by);
    const { first, last } = monthOf(day);
    return monthOf(addDays(by === 1 ? last : first, by)).first;
  };
  const monday = mondayOf(day);
  const label =
    view === "week"
      ? `${formatTime(monday, "date", language)} – ${formatTime(addDays(monday, 6), "date", language)}`
      : formatTime(day, "month", language);
  const shown: Shown = {
    host,
    day,
    kind: address.kind,
    status: address.status,
    q: address.q,
    go: (next, other) => set({ day: next, ...(other && { view: other }) }),
    make: (on) => set({ new: on ?? "1" }),
  };
  const filters = [
    ...(hosts.length > 1
      ? [
          {
            name: "host" as const,
            kind: "select" as const,
            label: t("column.host"),
            width: 200,
            options: hosts.map((one) => ({ value: one.id, label: one.name })),
          },
        ]
      : []),
    {
      name: "kind" as const,
      kind: "select" as const,
      label: t("column.kind"),
      options: KINDS.map((value) => ({ value, label: kind(value) })),
    },
    {
      name: "status" as const,
      kind: "select" as const,
      label: t("column.state"),
      options: STATUSES.map((value) => ({ value, label: common(`status.session.${value}`) })),
    },
    { name: "q" as const, kind: "search" as const, label: t("column.activity"), placeholder: t("calendar.find") },
  ];

  return (
    <>
      <PageTitle
        lead={t("calendar.lead")}
        actions={
          <>
            <Button onClick={() => navigate("/base/activities")}>{t("menu.activities")}</Button>
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => shown.make()}>
              {t("form.newSession")}
            </Button>
          </>
        }
      >
        {t("calendar.title")}
      </PageTitle>
      <Flex gap={12} wrap align="center" justify="space-between" style={{ marginBottom: 16 }} className="kepu-no-print">
        <Segmented
          aria-label={t("calendar.view.label")}
          value={view}
          options={VIEWS.map((value) => ({ value, label: t(`calendar.view.${value}`) }))}
          onChange={(next) => set({ view: next === "month" ? undefined : next })}
        />
        {view !== "list" && (
          <Flex gap={8} align="center">
            <Button icon={<LeftOutlined />} aria-label={t(`calendar.previous.${view}`)} onClick={() => set({ day: step(-1) })} />
            <strong aria-live="polite" className="kepu-numbers" style={{ minWidth: phone ? 0 : 130, textAlign: "center" }}>
              {label}
            </strong>
            <Button icon={<RightOutlined />} aria-label={t(`calendar.next.${view}`)} onClick={() => set({ day: step(1) })} />
            <Button onClick={() => set({ day: undefined })}>{t("calendar.today")}</Button>
          </Flex>
        )}
      </Flex>
      {view !== "list" && (
        <div style={{ marginBottom: 16 }} className="kepu-no-print">
          <TableFilters filters={filters} values={address} onChange={(name, value) => set({ [name]: value })} />
        </div>
      )}
      <Suspense fallback={<PageSkeleton rows={10} />}>
        {view === "month" && <MonthView {...shown} />}
        {view === "week" && <WeekView {...shown} />}
        {view === "list" && <SessionList filters={filters} host={host} make={() => shown.make()} />}
      </Suspense>
      <Suspense>
        {address.new !== undefined && (
          <SessionForm
            hosts={hosts}
            day={/^\d{4}-\d{2}-\d{2}$/.test(address.new) ? address.new : undefined}
            onClose={() => set({ new: undefined })}
          />
        )}
      </Suspense>
    </>
  );
}
