import { PrinterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, DatePicker, Segmented } from "antd";
import dayjs from "dayjs";
import { lazy, Suspense } from "react";
import { useTranslation } from "@/i18n";
import { Link, useParams } from "react-router";
import { getQuery, useMe } from "@/api/query";
import { rolesOf } from "@/app/roles";
import { useLanguage } from "@/i18n/useText";
import { useClassName } from "@/ui/names";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { NoShows } from "@/ui/NoShows";
import { Lines } from "@/ui/score/Lines";
import { usePolicy } from "@/ui/score/policy";
import { Standing } from "@/ui/score/Standing";
import { StatusTag } from "@/ui/StatusTag";
import { useAddress } from "@/ui/useAddress";

const Reissue = lazy(() => import("./Reissue"));
const History = lazy(async () => ({ default: (await import("@/ui/score/History")).History }));
const NextSteps = lazy(() => import("@/ui/score/NextSteps"));
const Ledger = lazy(async () => ({ default: (await import("@/ui/score/Ledger")).Ledger }));

const VIEWS = ["sheet", "history", "ledger"] as const;

/** A pupil: the credits and why, what happened when, and every change of the account. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("teacher");
  const { t: common } = useTranslation();
  const { lang } = useLanguage();
  const className = useClassName();
  const roles = rolesOf(useMe());
  const mayReissue = roles.some((role) => role === "teacher" || role === "school_admin" || role === "district_official");
  const asks = roles.some((role) => role === "teacher" || role === "school_admin");
  const [address, setAddress] = useAddress("view", "as_of");
  const view = VIEWS.find((one) => one === address.view) ?? "sheet";
  const person = useQuery(getQuery("/api/v1/persons/{id}", { params: { path: { id } } }));
  const policy = usePolicy({ person: id, as_of: address.as_of });
  const score = useQuery({
    ...getQuery("/api/v1/persons/{id}/score", {
      params: { path: { id }, query: { lang, ...policy.query, ...(address.as_of && { as_of: address.as_of }) } },
    }),
    enabled: policy.ready,
  });
  const now = person.data?.enrolments.find((one) => !one.valid_to) ?? person.data?.enrolments[0];
  const staff = roles.some((role) => role !== "student" && role !== "guardian");

  if (person.error) return <ProblemAlert error={person.error} retry={person.refetch} />;
  if (!person.data) return <PageSkeleton rows={12} />;
  return (
    <div style={{ maxWidth: 1180 }}>
      <PageTitle
        lead={
          <>
            {now &&
              (staff ? (
                <>
                  {now.school_name_zh} · <Link to={`/classes/${now.class_id}`}>{className(now.grade, now.class_name)}</Link>
                </>
              ) : (
                `${now.school_name_zh} · ${className(now.grade, now.class_name)}`
              ))}{" "}
            · {t("record.number")} {person.data.number}{" "}
            {person.data.status !== "active" && <StatusTag of="person" state={person.data.status} />}
          </>
        }
        actions={
          <>
            {policy.choice}
            <DatePicker
              aria-label={t("person.asOf")}
              placeholder={t("person.asOf")}
              value={address.as_of ? dayjs(address.as_of) : null}
              disabledDate={(day) => day.isAfter(dayjs())}
              onChange={(day) => setAddress({ as_of: day?.format("YYYY-MM-DD") })}
            />
            {mayReissue && (
              <Suspense fallback={null}>
                <Reissue person={id} />
              </Suspense>
            )}
            <Button icon={<PrinterOutlined />} onClick={() => print()}>
              {common("action.print")}
            </Button>
          </>
        }
      >
        {person.data.name}
      </PageTitle>
      {address.as_of && <p role="status">{t("person.asOfThen", { day: address.as_of })}</p>}
      <ProblemAlert error={score.error} retry={score.refetch} />
      {score.isPending && <PageSkeleton rows={10} />}
      {score.data && (
        <>
          <NoShows person={id} />
          <Standing score={score.data} />
          {!address.as_of && (
            <Suspense fallback={<PageSkeleton />}>
              <NextSteps person={id} lines={score.data.lines} policy={score.data.policy.id} />
            </Suspense>
          )}
          <Segmented
            className="kepu-no-print kepu-view"
            aria-label={t("person.view")}
            value={view}
            onChange={(next) => setAddress({ view: next === "sheet" ? undefined : next })}
            options={VIEWS.map((one) => ({ value: one, label: t(`person.${one}`) }))}
          />
          <Suspense fallback={<PageSkeleton />}>
            {view === "sheet" && <Lines lines={score.data.lines} empty={t("person.empty")} asks={asks ? id : undefined} />}
            {view === "history" && <History person={id} lines={score.data.lines} asks={asks} />}
            {view === "ledger" && <Ledger person={id} lines={score.data.lines} />}
          </Suspense>
        </>
      )}
    </div>
  );
}
