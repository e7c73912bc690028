import { Button } from "antd";
import { useTranslation } from "@/i18n";
import { isRouteErrorResponse, useRouteError } from "react-router";
import { isProblem } from "@/api/problem";
import { NotFound, Notice } from "./NotFound";

/** What stands in place of a page that threw. */
export function RouteError() {
  const error = useRouteError();
  const { t } = useTranslation();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  if (isProblem(error) && error.status === 404) return <NotFound />;

  const text = error instanceof Error ? error.message : String(error);
  // After a new release the files of the old one are gone.
  const outdated = /dynamically imported module|module script|Unable to preload/i.test(text);
  return (
    <Notice
      title={t("page.broken")}
      lead={outdated ? t("page.outdated") : t("page.brokenLead")}
      extra={
        <Button type="primary" onClick={() => location.reload()}>
          {t("page.reload")}
        </Button>
      }
    >
      {!outdated && (
        <pre style={{ whiteSpace: "pre-wrap" }}>
          {isProblem(error) && error.instance ? `${text} (${error.instance})` : text}
        </pre>
      )}
    </Notice>
  );
}
