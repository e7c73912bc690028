import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { savedPath } from "./kinds";
import { useReader } from "./place";

/** The address under which a report was saved leads to the report, read with the right of who opens it. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("reports");
  const reader = useReader();
  const { data, error, refetch } = useQuery(getQuery("/api/v1/saved-reports/{id}", { params: { path: { id } } }));
  if (data) return <Navigate replace to={savedPath(data, reader)} />;
  if (!error) return <PageSkeleton rows={8} />;
  return (
    <>
      <PageTitle>{t("kept.saved")}</PageTitle>
      <ProblemAlert error={error} retry={refetch} />
    </>
  );
}
