import { Alert, Button } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useTranslation } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { Gate } from "./Gate";
import { OutboxBar } from "./OutboxBar";
import { useDoor } from "./useDoor";
import { useWorker } from "./useWorker";
import "./door.css";

export function Component() {
  const { sessionId = "" } = useParams();
  const [attempt, setAttempt] = useState(0);
  return <DoorPage key={`${sessionId} ${attempt}`} id={sessionId} retry={() => setAttempt(attempt + 1)} />;
}

function DoorPage({ id, retry }: { id: string; retry: () => void }) {
  const { t } = useTranslation("door");
  const opened = useDoor(id);
  useWorker();
  if (opened.is === "open") return <Gate door={opened.door} wiped={Wiped} />;
  return (
    <>
      {opened.is !== "wiped" && (
        <PageTitle lead={<Link to="/door">{t("page.back")}</Link>}>{t("page.title")}</PageTitle>
      )}
      {opened.is === "opening" && (
        <>
          <p role="status">{t("page.opening")}</p>
          <PageSkeleton />
        </>
      )}
      {opened.is === "missing" && (
        <>
          <ProblemAlert error={opened.error} retry={retry} />
          <EmptyState title={t("page.notKept")} lead={t("page.notKeptLead")}>
            <Button type="primary" onClick={retry}>
              {t("list.open")}
            </Button>
          </EmptyState>
        </>
      )}
      {opened.is === "wiped" && <Wiped waiting={opened.waiting} />}
    </>
  );
}

function Wiped({ waiting }: { waiting: number }) {
  const { t } = useTranslation("door");
  return (
    <>
      <PageTitle lead={<Link to="/door">{t("page.back")}</Link>}>{t("page.title")}</PageTitle>
      <Alert type="info" showIcon title={t("page.wiped")} description={t("page.wipedLead")} style={{ marginBottom: 16 }} />
      <OutboxBar waiting={waiting} />
    </>
  );
}
