import { useQuery } from "@tanstack/react-query";
import { Flex, Progress, Skeleton, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { type GetOptions, getQuery } from "@/api/query";
import { useLanguage } from "@/i18n/useText";
import { Credit } from "@/ui/Credit";
import { percent } from "@/ui/share";
import { useClassName } from "./words";

type Which = NonNullable<NonNullable<GetOptions<"/api/v1/reports/credits">["params"]>["query"]>;

/** How each class stands: who takes part, and who meets the requirements. */
export function ClassFigures({ classes, period = {} }: { classes: readonly Schemas["PlaceSums"][]; period?: Which }) {
  const { t } = useTranslation("school");
  const className = useClassName();
  return (
    <Table
      size="middle"
      aria-label={t("figures.classes")}
      rowKey={(row) => row.class_id ?? row.name ?? ""}
      dataSource={[...classes]}
      pagination={false}
      scroll={{ x: "max-content" }}
      columns={[
        {
          title: t("figures.class"),
          key: "class",
          render: (_, row) => {
            const name = className(row.grade, row.name);
            return row.class_id ? <Link to={`/classes/${row.class_id}`}>{name}</Link> : name || t("figures.noClass");
          },
        },
        { title: t("figures.enrolled"), dataIndex: "enrolled", key: "enrolled", align: "right" },
        {
          title: t("figures.participation"),
          key: "participation",
          render: (_, row) => <Share share={row.participation} label={t("figures.participation")} />,
        },
        { title: t("figures.credits"), key: "credits", align: "right", render: (_, row) => <Credit value={row.credits} /> },
        {
          title: t("figures.requirements"),
          key: "requirements",
          render: (_, row) => (row.class_id ? <Requirements which={{ ...period, class: row.class_id }} /> : "—"),
        },
      ]}
    />
  );
}

export function Share({ share, label }: { share: string | null | undefined; label: string }) {
  if (!share) return <>—</>;
  return (
    <Flex gap={8} align="center" style={{ minWidth: 130 }}>
      <Progress percent={Number(share) * 100} showInfo={false} size="small" style={{ flex: 1, margin: 0 }} aria-label={`${label} ${percent(share)}`} />
      <span className="kepu-numbers" style={{ minWidth: "3em", textAlign: "end" }}>
        {percent(share)}
      </span>
    </Flex>
  );
}

/** Met and short, requirement by requirement, of one class. */
function Requirements({ which }: { which: Which }) {
  const { t } = useTranslation("school");
  const { lang } = useLanguage();
  const { data, isPending } = useQuery({
    ...getQuery("/api/v1/reports/credits", { params: { query: { ...which, level: "class", group: "requirement", lang } } }),
    staleTime: 5 * 60_000,
  });
  if (isPending) return <Skeleton.Button active size="small" style={{ width: 160 }} />;
  const requirements = (data as Schemas["CreditsReport"] | undefined)?.requirements ?? [];
  if (requirements.length === 0) return <>—</>;
  return requirements.map((one) => (
    <div key={one.id} title={one.title}>
      <Typography.Text type="secondary" style={{ fontSize: 13 }}>
        {one.title}
      </Typography.Text>{" "}
      <span className="kepu-numbers" style={{ whiteSpace: "nowrap" }}>
        {t("figures.metShort", { met: one.met, short: one.short })}
      </span>
    </div>
  ));
}
