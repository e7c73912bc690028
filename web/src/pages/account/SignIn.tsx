import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Card, Typography } from "antd";
import { useTranslation } from "@/i18n";
import { Link, Navigate, useSearchParams } from "react-router";
import { meQuery } from "@/api/query";
import { PageTitle } from "@/ui/PageTitle";
import { SignInForm } from "./SignInForm";

/** Only ways inside of these pages: another site may not be named in a link to the sign-in. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

export function Component() {
  const { t } = useTranslation("account");
  const { t: common } = useTranslation();
  const { data: me } = useQuery(meQuery);
  const client = useQueryClient();
  const [params] = useSearchParams();
  if (me) return <Navigate to={safeNext(params.get("next"))} replace />;
  return (
    <div style={{ maxWidth: 420, margin: "clamp(8px, 7vh, 80px) auto" }}>
      <Card styles={{ body: { padding: "clamp(20px, 5vw, 36px)" } }}>
        <PageTitle lead={t("signIn.lead")}>{t("signIn.title")}</PageTitle>
        <SignInForm onSignedIn={() => client.invalidateQueries({ queryKey: meQuery.queryKey })} />
        <Typography.Paragraph type="secondary" style={{ margin: "20px 0 0" }}>
          {t("signIn.help")}
        </Typography.Paragraph>
        <Link to="/public/editions" style={{ textDecoration: "underline" }}>
          {common("areas.programmes")}
        </Link>
      </Card>
    </div>
  );
}
