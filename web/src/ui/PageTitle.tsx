import { Flex } from "antd";
import type { ReactNode } from "react";
import { useEffect } from "react";
import { useTranslation } from "@/i18n";
import { Muted } from "./Muted";

interface Props {
  children: string;
  /** One sentence below: what the page is for, or what stands now. */
  lead?: ReactNode;
  /** Buttons at the right. */
  actions?: ReactNode;
  /** Above the title. */
  before?: ReactNode;
}

/** The one h1 of a page; it names the document too, more exactly than the route can (a person, a session). */
export function PageTitle({ children, lead, actions, before }: Props) {
  const { t } = useTranslation();
  const product = t("product");
  useEffect(() => {
    document.title = `${children} · ${product}`;
  }, [children, product]);
  return (
    <header style={{ marginBottom: 20 }}>
      {before}
      <Flex gap={12} wrap align="center" justify="space-between">
        <h1 style={{ fontSize: 26, lineHeight: 1.3, margin: 0 }}>{children}</h1>
        {actions !== undefined && (
          <Flex gap={8} wrap className="kepu-no-print">
            {actions}
          </Flex>
        )}
      </Flex>
      {lead !== undefined && (
        <Muted block style={{ margin: "6px 0 0", maxWidth: "46em" }}>
          {lead}
        </Muted>
      )}
    </header>
  );
}
