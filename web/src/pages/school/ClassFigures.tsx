import { useQuery } from "@tanstack/react-query";
import { Flex, Progress, Skeleton, Typography } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { type GetOptions, getQuery } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useLanguage } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { WideTable } from "@/ui/WideTable";
import { percent } from "@/ui/share";
import { useClassName } from "./words";

type Which = NonNullable<NonNullable<GetOptions<"/api/v1/reports/credits">["params"]>["query"]>;
type Place = Schemas["PlaceSums"];
type Requirement = Schemas["RequirementSums"];

interface Props {
  classes: readonly Place[];
  /** Of the whole school: they name the columns. */
  requirements: readonly Requirement[];
  /** The period and policy of the report, for what is asked class by class. */
  which?: Which;
}

/** How each class stands: who takes part, and who meets the requirements. */
export function ClassFigures({ classes, requirements, which = {} }: Props) {
  const { t } = useTranslation("school");
  const phone = usePhone();
  const name = (row: Place) => <ClassLink row={row} />;
  const share = (row: Place) => <Share share={row.participation} label={t("figures.participation")} />;
  const met = (row: Place, id: string) => (row.class_id ? <Met which={{ ...which, class: row.class_id }} id={id} /> : "—");
  const key = (row: Place) => row.class_id ?? row.name ?? "";

  if (phone)
    return (
      <ul aria-label={t("figures.classes")} style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 20 }}>
        {classes.map((row) => (
          <li key={key(row)} style={{ display: "grid", gap: 4 }}>
            <Flex justify="space-between" gap={8}>
              <strong>{name(row)}</strong>
              <Typography.Text type="secondary">{t("figures.ofEnrolled", row)}</Typography.Text>
            </Flex>
            {share(row)}
            {requirements.map((one) => (
              <div key={one.id}>
                <Typography.Text type="secondary">{one.title}</Typography.Text>
                {met(row, one.id)}
              </div>
            ))}
          </li>
        ))}
      </ul>
    );
  return (
    <WideTable<Place>
      size="middle"
      aria-label={t("figures.classes")}
      rowKey={key}
      dataSource={[...classes]}
      pagination={false}
      columns={[
        { title: t("figures.class"), key: "class", render: (_, row) => name(row) },
        { title: t("figures.enrolled"), dataIndex: "enrolled", key: "enrolled", align: "right" },
        { title: t("figures.participation"), key: "participation", render: (_, row) => share(row) },
        ...requirements.map((one) => ({
          title: one.title,
          key: one.id,
          render: (_: unknown, row: Place) => met(row, one.id),
        })),
        { title: t("figures.credits"), key: "credits", align: "right", render: (_, row) => <Credit value={row.credits} /> },
      ]}
    />
  );
}

function ClassLink({ row }: { row: Place }) {
  const { t } = useTranslation("school");
  const className = useClassName();
  const name = className(row.grade, row.name);
  return row.class_id ? <Link to={`/classes/${row.class_id}`}>{name}</Link> : <>{name || t("figures.noClass")}</>;
}

/** A share as a bar with its per cents. */
export function Share({ share, label }: { share: string | null | undefined; label: string }) {
  if (!share) return <>—</>;
  return (
    <Flex gap={8} align="center" style={{ minWidth: 120 }}>
      <Progress
        percent={Number(share) * 100}
        status="normal"
        showInfo={false}
        size="small"
        style={{ flex: 1, margin: 0 }}
        aria-label={`${label} ${percent(share)}`}
      />
      <span className="kepu-numbers" style={{ minWidth: "3em", textAlign: "end" }}>
        {percent(share)}
      </span>
    </Flex>
  );
}

/** How many of a class meet a requirement, and how many fall short. One request a class serves all its requirements. */
function Met({ which, id }: { which: Which; id: string }) {
  const { t } = useTranslation("school");
  const { lang } = useLanguage();
  const { data, isPending } = useQuery({
    ...getQuery("/api/v1/reports/credits", { params: { query: { ...which, level: "class", group: "requirement", lang } } }),
    staleTime: 5 * 60_000,
  });
  if (isPending) return <Skeleton.Button active size="small" style={{ width: 120 }} />;
  const one = (data as Schemas["CreditsReport"] | undefined)?.requirements?.find((requirement) => requirement.id === id);
  if (!one) return <>—</>;
  return (
    <div>
      <Share share={one.met_share} label={one.title} />
      <Typography.Text type={one.short > 0 ? "warning" : "secondary"} style={{ fontSize: 13 }}>
        {one.short > 0 ? t("figures.metShort", { met: one.met, short: one.short }) : t("figures.allMet", { met: one.met })}
      </Typography.Text>
    </div>
  );
}
