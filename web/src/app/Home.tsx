import { useQuery } from "@tanstack/react-query";
import { Button, Flex } from "antd";
import { useTranslation } from "@/i18n";
import { Navigate, useNavigate } from "react-router";
import { meQuery } from "@/api/query";
import { Muted } from "@/ui/Muted";
import { homeOf } from "./roles";

/** The way home: to the page of one's role, or what a visitor sees. */
export function Home() {
  const { data: me } = useQuery(meQuery);
  const { t } = useTranslation();
  const navigate = useNavigate();
  if (me) return <Navigate to={homeOf(me)} replace />;
  return (
    <section style={{ maxWidth: 720, margin: "clamp(24px, 10vh, 120px) auto" }}>
      <img src="/favicon.svg" alt="" width={64} height={64} />
      <h1 style={{ fontSize: "clamp(28px, 5vw, 44px)", lineHeight: 1.25, marginTop: 24 }}>{t("landing.title")}</h1>
      <Muted block style={{ fontSize: 18, lineHeight: 1.7 }}>
        {t("landing.lead")}
      </Muted>
      <Flex gap={12} wrap style={{ marginTop: 32 }}>
        <Button type="primary" size="large" onClick={() => navigate("/sign-in")}>
          {t("landing.signIn")}
        </Button>
        <Button size="large" onClick={() => navigate("/register")}>
          {t("landing.register")}
        </Button>
      </Flex>
    </section>
  );
}
