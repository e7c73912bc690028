import { PrinterOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Typography } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";
import { useSchool } from "./useSchool";

export interface Slip {
  account: Schemas["AccountView"];
  password: string;
}

/** New passwords, shown this once, as slips to print and cut. They live in the page alone. */
export function Slips({ slips, onClose }: { slips: Slip[]; onClose: () => void }) {
  const { t } = useTranslation("school");
  const school = useSchool();
  const top = useRef<HTMLElement>(null);
  useEffect(() => {
    top.current?.focus();
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, []);
  return (
    <section ref={top} tabIndex={-1} aria-label={t("slips.title")} style={{ marginBottom: 24, outline: "none" }}>
      <Alert
        type="warning"
        showIcon
        className="kepu-no-print"
        style={{ marginBottom: 12 }}
        title={t("slips.once", { count: slips.length })}
        description={t("slips.lead")}
        action={
          <Flex gap={8} vertical>
            <Button icon={<PrinterOutlined />} type="primary" onClick={() => print()}>
              {t("slips.print")}
            </Button>
            <Button onClick={onClose}>{t("slips.done")}</Button>
          </Flex>
        }
      />
      <ul
        style={{
          listStyle: "none",
          margin: 0,
          padding: 0,
          display: "grid",
          gridTemplateColumns: "repeat(auto-fill, minmax(min(310px, 100%), 1fr))",
          gap: 12,
        }}
      >
        {slips.map(({ account, password }) => (
          <li key={`${account.id} ${password}`} style={{ border: "1px dashed currentColor", borderRadius: 8, padding: 12, breakInside: "avoid" }}>
            <strong>{account.display_name}</strong>
            <div style={{ fontSize: 13 }}>{school.name}</div>
            <dl style={{ display: "grid", gridTemplateColumns: "auto 1fr", gap: "2px 12px", margin: "8px 0" }}>
              <dt>{t("accounts.login")}</dt>
              <dd style={{ margin: 0, fontFamily: "monospace", fontSize: 16 }}>{account.login}</dd>
              <dt>{t("slips.password")}</dt>
              <dd style={{ margin: 0, fontFamily: "monospace", fontSize: 16 }}>
                <Typography.Text code={false} copyable={{ text: password, tooltips: false }} style={{ fontFamily: "monospace" }}>
                  {password}
                </Typography.Text>
              </dd>
            </dl>
            <div style={{ fontSize: 13 }}>{t("slips.first", { address: location.host })}</div>
          </li>
        ))}
      </ul>
    </section>
  );
}
