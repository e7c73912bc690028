import { lazy, Suspense } from "react";
import { useTranslation } from "@/i18n";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { useAccess } from "../access";
import { Administration } from "./Administration";
import { Todo } from "./Todo";

const Standing = lazy(() => import("./Standing").then((module) => ({ default: module.Standing })));

export function Component() {
  const { t } = useTranslation("district");
  const { reads, official } = useAccess();
  if (!reads)
    return (
      <>
        <PageTitle lead={t("dashboard.platformLead")}>{t("dashboard.title")}</PageTitle>
        <Administration />
      </>
    );
  return (
    <>
      <PageTitle lead={t("dashboard.lead")}>{t("dashboard.title")}</PageTitle>
      {official && <Todo />}
      <Suspense fallback={<PageSkeleton rows={12} />}>
        <Standing />
      </Suspense>
    </>
  );
}
