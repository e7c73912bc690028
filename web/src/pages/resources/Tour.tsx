import { useQuery } from "@tanstack/react-query";
import { Card, Flex } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link, useParams } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useHosts } from "@/pages/base/hosts";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { BookingState } from "./BookingState";
import { type Step, Steps } from "./Steps";
import type { Booking } from "./words";

const StepForm = lazy(() => import("./StepForm"));
const Move = lazy(() => import("./Move"));

/** The stops of a tour in the order of their days. Each hands over to the next, so each sees all of them. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("resources");
  const named = useNamed();
  const own = useHosts();
  const [step, setStep] = useState<{ step: Step; row: Booking }>();
  const { data: tour, error, isPending, refetch } = useQuery(getQuery("/api/v1/tours/{id}", { params: { path: { id } } }));
  if (isPending) return <PageSkeleton />;
  const first = tour?.stops[0];
  if (!tour || !first) return <ProblemAlert error={error} retry={refetch} />;
  return (
    <>
      <PageTitle
        lead={
          <>
            <Link to={`/resources/${tour.resource_id}`}>{named(first.resource_title_zh, first.resource_title_en)}</Link>
            {" · "}
            {named(first.owner_name_zh, first.owner_name_en)}
          </>
        }
      >
        {tour.name}
      </PageTitle>
      <ol style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 10, maxWidth: 760 }}>
        {tour.stops.map((stop, at) => (
          <li key={stop.id}>
            <Card size="small">
              <Flex gap={12} wrap align="center" justify="space-between">
                <div>
                  <Muted>{t("tour.stop", { number: at + 1 })}</Muted>
                  <strong style={{ display: "block" }}>{named(stop.organization_name_zh, stop.organization_name_en)}</strong>
                  <DateTime value={stop.first_day} /> – <DateTime value={stop.last_day} />
                  {stop.reason && <Muted block>{stop.reason}</Muted>}
                </div>
                <Flex gap={8} wrap align="center">
                  <BookingState row={stop} />
                  <Steps row={stop} own={own} onStep={(one) => setStep({ step: one, row: stop })} />
                </Flex>
              </Flex>
            </Card>
          </li>
        ))}
      </ol>
      <Suspense>
        {step?.step === "move" && <Move row={step.row} stops={tour.stops} onClose={() => setStep(undefined)} />}
        {step && step.step !== "move" && <StepForm step={step.step} row={step.row} onClose={() => setStep(undefined)} />}
      </Suspense>
    </>
  );
}
