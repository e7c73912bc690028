import { Select } from "antd";
import { Link } from "react-router";
import { useTranslation } from "@/i18n";
import { STANDINGS } from "@/pages/designations/words";
import { type Answer, getQuery } from "@/api/query";
import { useLanguage, useNamed, useText } from "@/i18n/useText";
import { DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageTitle } from "@/ui/PageTitle";
import { formatTime } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import { useKnown } from "./useKnown";

type Entry = Answer<"/api/v1/register">["items"][number];
type Name = "q" | "scheme" | "district" | "standing" | "on";

/** Who is designated to host, today or on another day. */
export function Component() {
  const { t } = useTranslation("public");
  const { t: common } = useTranslation();
  const text = useText();
  const named = useNamed();
  const { language } = useLanguage();
  const known = useKnown();
  const [{ on, standing }] = useAddress("on", "standing");
  const shown = STANDINGS.find((one) => one === standing) ?? "in_force";
  const name = (row: Entry) => named(row.organization_name_zh, row.organization_name_en);
  const scheme = (row: Entry) => named(row.scheme_name_zh, row.scheme_name_en);
  const kind = (row: Entry) => text(`public:kind.${row.organization_kind}`, {}, row.organization_kind);
  const day = (value: string) => formatTime(value, "date", language);
  const valid = (row: Entry) =>
    row.valid_to
      ? t("register.fromTo", { from: day(row.valid_from), to: day(row.valid_to) })
      : t("register.since", { from: day(row.valid_from) });
  return (
    <>
      <PageTitle lead={t("register.lead")} actions={<Link to="/public/editions">{common("areas.programmes")}</Link>}>
        {t("register.title")}
      </PageTitle>
      <p role="status" style={{ margin: "0 0 12px" }}>
        {on ? t(`register.onDay.${shown}`, { day: day(on) }) : t(`register.onToday.${shown}`)}
      </p>
      <DataTable
        name="register"
        label={t("register.title")}
        source={(page, chosen: Record<Name, string | undefined>) =>
          getQuery("/api/v1/register", {
            params: {
              query: {
                limit: page.limit,
                ...(page.cursor && { cursor: page.cursor }),
                ...(chosen.q && { q: chosen.q }),
                ...(chosen.scheme && { scheme: chosen.scheme }),
                ...(chosen.district && { district: chosen.district }),
                ...(chosen.on && { on: chosen.on }),
                ...(chosen.standing && { standing: STANDINGS.find((one) => one === chosen.standing) ?? "in_force" }),
              },
            },
          })
        }
        rowKey={(row) => row.id}
        filters={[
          { name: "q", kind: "search", label: t("register.find"), placeholder: t("register.findHint") },
          ...(known.districts.length > 1
            ? [{ name: "district" as const, kind: "select" as const, label: t("column.district"), options: known.districts }]
            : []),
          { name: "scheme", kind: "select", label: t("column.scheme"), width: 200, options: known.schemes },
          {
            name: "standing",
            kind: "own",
            label: t("register.standing"),
            field: (value, set, id) => (
              <Select
                id={id}
                aria-label={t("register.standing")}
                value={value ?? "in_force"}
                popupMatchSelectWidth={false}
                style={{ width: 150 }}
                options={STANDINGS.map((one) => ({ value: one, label: t(`register.${one}`) }))}
                onChange={(next) => set(next === "in_force" ? undefined : next)}
              />
            ),
          },
          { name: "on", kind: "date", label: t("register.on") },
        ]}
        empty={<EmptyState title={t("register.empty")} lead={t("register.emptyLead")} />}
        columns={[
          {
            key: "name",
            title: t("column.name"),
            render: (row) => (
              <>
                <strong>{row.professional_name ?? name(row)}</strong>{" "}
                {row.professional_name && <span>{name(row)}</span>} <Muted style={{ fontSize: "0.87em" }}>{kind(row)}</Muted>
              </>
            ),
            csv: (row) => (row.professional_name ? `${row.professional_name} ${name(row)}` : name(row)),
          },
          { key: "scheme", title: t("column.scheme"), render: scheme, csv: scheme },
          {
            key: "level",
            title: t("column.level"),
            render: (row) => (row.level ? text(`public:level.${row.level}`, {}, row.level) : ""),
            csv: (row) => row.level ?? "",
          },
          {
            key: "district",
            title: t("column.district"),
            render: (row) => named(row.district_name_zh, row.district_name_en),
            csv: (row) => named(row.district_name_zh, row.district_name_en),
          },
          {
            key: "number",
            title: t("column.number"),
            render: (row) => (
              <Link to={`/register/${encodeURIComponent(row.number)}`} className="kepu-numbers">
                {row.number}
              </Link>
            ),
            csv: (row) => row.number,
          },
          {
            key: "valid",
            title: t("column.valid"),
            render: (row) => <span className="kepu-numbers">{valid(row)}</span>,
            csv: (row) => `${row.valid_from} – ${row.valid_to ?? ""}`,
          },
          {
            key: "authority",
            title: t("column.authority"),
            render: (row) => named(row.authority_name_zh, row.authority_name_en),
            csv: (row) => named(row.authority_name_zh, row.authority_name_en),
          },
          { key: "kind", title: t("column.kind"), hidden: true, render: kind, csv: kind },
          { key: "source", title: t("column.source"), hidden: true, render: (row) => row.source, csv: (row) => row.source },
        ]}
      />
    </>
  );
}
