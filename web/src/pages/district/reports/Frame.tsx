import { DownloadOutlined, PrinterOutlined } from "@ant-design/icons";
import { Alert, Button, Dropdown, Flex, Tag, theme } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { useLanguage, useNamed, useText } from "@/i18n/useText";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { useSaveFile } from "@/ui/saveFile";
import { useAddress } from "@/ui/useAddress";
import { kindsOf, readyPath } from "@/pages/reports/kinds";
import { usePlace } from "@/pages/reports/place";
import { SaveReport } from "@/pages/reports/Save";
import { reportPath, type ReportValues, useReportBase } from "./filters";

const PAGES = ["credits", "persons", "records", "hosts", "ready", "kept"] as const;
export type ReportName = (typeof PAGES)[number];

/** Those that are open here: a school has no hosts, a teacher no lists, a base what happened at its hosts. */
function usePages(): readonly ReportName[] {
  const { place, lists } = usePlace();
  if (place === "base") return ["ready", "records", "kept"];
  if (place === "school") return lists ? ["credits", "persons", "records", "ready", "kept"] : ["ready", "kept"];
  return PAGES;
}

/** From one report to the others, with the filters kept. */
export function ReportTabs({ here }: { here: ReportName }) {
  const { t } = useTranslation("district");
  const { token } = theme.useToken();
  const { base } = useReportBase();
  const { place } = usePlace();
  const pages = usePages();
  const path = (page: ReportName) => (page === "ready" ? readyPath(kindsOf(place)[0] ?? "overview", base) : page === "credits" ? base : `${base}/${page}`);
  const [kept] = useAddress("policy", "from", "to", "term", "school", "class", "grade", "host", "as_of");
  return (
    <nav aria-label={t("reports.title")} className="kepu-no-print" style={{ marginBottom: 16 }}>
      <Flex gap={8} wrap component="ul" style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {pages.map((page) => (
          <li key={page}>
            <Link
              to={reportPath(path(page), kept)}
              aria-current={page === here ? "page" : undefined}
              style={{
                display: "block",
                padding: "6px 14px",
                borderRadius: token.borderRadius,
                border: `1px solid ${page === here ? token.colorPrimary : token.colorBorderSecondary}`,
                background: page === here ? token.colorPrimaryBg : token.colorBgContainer,
                color: page === here ? token.colorLink : token.colorText,
                fontWeight: page === here ? 600 : 400,
              }}
            >
              {t(`reports.tab.${page}`)}
            </Link>
          </li>
        ))}
      </Flex>
    </nav>
  );
}

/** The files of a report, and its print. */
export function ReportActions({ name, values }: { name: "credits" | "hosts"; values: ReportValues }) {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const { lang } = useLanguage();
  const { busy, save } = useSaveFile();
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: exportLinks(name, values, lang, t).map((link) => ({
            key: link.href,
            label: link.label,
            onClick: () => void save(link.href, name),
          })),
        }}
      >
        <Button icon={<DownloadOutlined />} aria-haspopup="menu" loading={busy}>
          {common("table.export")}
        </Button>
      </Dropdown>
      <SaveReport kind={name} values={values} />
      <PrintButton />
    </>
  );
}

export function PrintButton() {
  const { t } = useTranslation();
  return (
    <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
      {t("action.print")}
    </Button>
  );
}

export function exportLinks(
  name: ReportName,
  values: Record<string, string | undefined>,
  lang: "zh" | "en",
  t: (key: "reports.xlsx" | "reports.csv") => string,
) {
  return (["xlsx", "csv"] as const).map((format) => ({
    label: t(`reports.${format}`),
    href: reportPath(`/api/v1/reports/${name}`, { ...values, format, lang }),
  }));
}

/** What the numbers are about: policy, place, period, and the moment of the data. */
export function About({ about }: { about: Schemas["About"] }) {
  const { t } = useTranslation("district");
  const named = useNamed();
  const text = useText();
  const { ofSchool, ofBase } = useReportBase();
  const { from, to, term } = about.period;
  const place = [
    about.district.name,
    about.school?.name,
    about.class?.name && t("about.class", { name: about.class.name }),
    about.grade !== null && about.grade !== undefined ? text(`common:grade.${about.grade}`) : undefined,
    about.host?.name,
  ].filter(Boolean);
  const title = named(about.policy.title_zh, about.policy.title_en);
  return (
    <div style={{ marginBottom: 12 }}>
      <Muted>
        {place.join(" · ")} · {term ?? <Period from={from} to={to} />} ·{" "}
        {ofSchool || ofBase ? (
          title
        ) : (
          <Link to={`/district/policies/${about.policy.policy_version_id}`} style={{ textDecoration: "underline" }}>
            {title}
          </Link>
        )}{" "}
        {about.policy.version}{" "}
        {about.policy.illustrative && <Tag color="warning">{t("about.illustrative")}</Tag>} · {t("about.asOf")}{" "}
        <DateTime value={about.as_of} />
      </Muted>
    </div>
  );
}

export function Period({ from, to }: { from?: string | null | undefined; to?: string | null | undefined }) {
  const { t } = useTranslation("district");
  if (!from && !to) return <>{t("period.all")}</>;
  return (
    <>
      {from ? <DateTime value={from} style="date" /> : t("period.beginning")} –{" "}
      {to ? <DateTime value={to} style="date" /> : t("period.now")}
    </>
  );
}

export function Illustrative() {
  const { t } = useTranslation("district");
  return <Alert type="warning" showIcon title={t("about.illustrativeLong")} style={{ marginBottom: 12 }} />;
}
