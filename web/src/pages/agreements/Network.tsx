import { useQuery } from "@tanstack/react-query";
import { Alert, Flex, Select } from "antd";
import { useMemo } from "react";
import { getQuery } from "@/api/query";
import type { Schemas } from "@/api/client";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { Chart } from "@/ui/Chart";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useAddress } from "@/ui/useAddress";
import { type Agreement, KINDS, useTerm } from "./words";

type Network = Schemas["NetworkView"];
type Kind = Network["nodes"][number]["kind"];

/** Every two parties of an agreement, as the graph joins them. */
export function pairsOf(ties: Network["ties"]): { source: string; target: string; tie: Network["ties"][number] }[] {
  return ties.flatMap((tie) =>
    tie.parties.flatMap((source, at) => tie.parties.slice(at + 1).map((target) => ({ source, target, tie }))),
  );
}

/** Which organizations are tied by agreements in force: as a graph and as a table. */
export function Component() {
  const { t } = useTranslation("agreements");
  const named = useNamed();
  const term = useTerm();
  const phone = usePhone();
  const [address, set] = useAddress("kind", "district");
  const kind = KINDS.find((one) => one === address.kind);
  const { data, error, isPending, refetch } = useQuery(
    getQuery("/api/v1/network", {
      params: { query: { ...(kind && { kind }), ...(address.district && { district_id: address.district }) } },
    }),
  );
  const districts = useQuery(getQuery("/api/v1/districts", { params: { query: { limit: 500 } } }));
  const name = (node: Network["nodes"][number]) => named(node.name_zh, node.name_en);
  const option = useMemo(() => {
    const nodes = data?.nodes ?? [];
    const kinds = [...new Set(nodes.map((node) => node.kind))];
    const few = nodes.length <= 40;
    return {
      legend: { data: kinds.map((one) => t(`organization.${one}`)), bottom: 0, type: "scroll" },
      tooltip: { confine: true },
      series: [
        {
          type: "graph",
          // Many nodes are read in a circle more easily than in a heap.
          layout: few ? "force" : "circular",
          circular: { rotateLabel: true },
          force: { repulsion: phone ? 120 : 260, edgeLength: phone ? 60 : 110, gravity: 0.08, layoutAnimation: false },
          roam: true,
          top: few ? 30 : 110,
          bottom: few ? 50 : 110,
          left: few ? 30 : 90,
          right: few ? 30 : 90,
          categories: kinds.map((one) => ({ name: t(`organization.${one}`) })),
          // Around a circle there is room for so much of a name.
          label: { show: !phone || few, position: "right", fontSize: few ? 13 : 10, ...(!few && { width: 95, overflow: "truncate" }) },
          labelLayout: { hideOverlap: true },
          lineStyle: { color: "source", curveness: few ? 0 : 0.25, opacity: 0.45 },
          emphasis: { focus: "adjacency", lineStyle: { width: 3 } },
          data: nodes.map((node) => ({
            id: node.id,
            name: name(node),
            value: node.agreements,
            symbolSize: Math.min(34, 9 + 4 * node.agreements),
            category: kinds.indexOf(node.kind),
            tooltip: { formatter: () => t("network.tip", { name: name(node), count: node.agreements }) },
          })),
          links: pairsOf(data?.ties ?? []).map(({ source, target, tie }) => ({
            source,
            target,
            tooltip: { formatter: () => `${t(`kind.${tie.kind}`)} · ${term(tie)}` },
          })),
        },
      ],
    };
    // `named` and `term` only change with the language, as `t` does.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [data, phone, t]);
  const names = new Map((data?.nodes ?? []).map((node) => [node.id, name(node)]));
  const partners = (id: string) => {
    const others = (data?.ties ?? []).filter((tie) => tie.parties.includes(id)).flatMap((tie) => tie.parties);
    return [...new Set(others)].filter((one) => one !== id).map((one) => names.get(one) ?? "").join(t("join"));
  };
  const kindOf = (one: Kind) => t(`organization.${one}`);
  return (
    <>
      <PageTitle lead={t("network.lead")}>{t("network.title")}</PageTitle>
      <Flex gap={8} wrap style={{ marginBottom: 16 }}>
        <Select
          aria-label={t("network.kind")}
          value={kind ?? ""}
          style={{ minWidth: 160 }}
          options={[{ value: "", label: t("network.allKinds") }, ...KINDS.map((value) => ({ value: value as string, label: t(`kind.${value}`) }))]}
          onChange={(next: Agreement["kind"] | "") => set({ kind: next || undefined })}
        />
        <Select
          aria-label={t("network.district")}
          value={address.district ?? ""}
          style={{ minWidth: 180 }}
          showSearch={{ optionFilterProp: "label" }}
          options={[
            { value: "", label: t("network.allDistricts") },
            ...(districts.data?.items ?? []).map((one) => ({ value: one.id, label: named(one.name_zh, one.name_en) })),
          ]}
          onChange={(next: string) => set({ district: next || undefined })}
        />
      </Flex>
      {isPending && <PageSkeleton />}
      {error && <ProblemAlert error={error} retry={refetch} />}
      {data?.cut && <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t("network.cut")} />}
      {data && data.ties.length === 0 && <EmptyState title={t("network.empty")} />}
      {data && data.ties.length > 0 && (
        <>
          {data.figures.pairings > 0 && (
            <p style={{ fontSize: 17, marginTop: 0 }}>
              <strong>
                {t("network.figures", {
                  schools: data.figures.schools,
                  partners: data.figures.partners,
                  pairings: data.figures.pairings,
                })}
              </strong>
            </p>
          )}
          <Chart
            title={t("network.chart")}
            option={option}
            height={phone ? 420 : 720}
            table={{
              columns: [t("network.organization"), t("network.kind"), t("network.district"), t("network.count"), t("network.partners")],
              rows: data.nodes.map((node) => ({
                key: node.id,
                cells: [
                  name(node),
                  kindOf(node.kind),
                  named(node.district_name_zh, node.district_name_en),
                  node.agreements,
                  <span key="with" style={{ display: "inline-block", maxWidth: 420, whiteSpace: "normal" }}>
                    {partners(node.id)}
                  </span>,
                ],
              })),
            }}
          />
        </>
      )}
    </>
  );
}
