import { Button, Flex } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { Muted } from "@/ui/Muted";

/** A page that says why there is nothing, and where to go. */
export function Notice({ title, lead, extra, children }: { title: string; lead: string; extra?: ReactNode; children?: ReactNode }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <section style={{ maxWidth: 560, margin: "8vh auto" }}>
      <h1 style={{ fontSize: 26 }}>{title}</h1>
      <Muted block>{lead}</Muted>
      {children}
      <Flex gap={12} wrap style={{ marginTop: 24 }}>
        {extra}
        <Button type={extra ? "default" : "primary"} onClick={() => navigate("/")}>
          {t("page.home")}
        </Button>
      </Flex>
    </section>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return <Notice title={t("page.notFound")} lead={t("page.notFoundLead")} />;
}

export function Forbidden() {
  const { t } = useTranslation();
  return <Notice title={t("page.forbidden")} lead={t("page.forbiddenLead")} />;
}
