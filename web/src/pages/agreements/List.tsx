import { PlusOutlined } from "@ant-design/icons";
import { Button, Flex } from "antd";
import { lazy, Suspense } from "react";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { DataTable } from "@/ui/DataTable";
import { EmptyState } from "@/ui/EmptyState";
import { PageTitle } from "@/ui/PageTitle";
import { useAddress } from "@/ui/useAddress";
import { Standing } from "./Tags";
import { type Agreement, KINDS, STANDINGS, useArranges, useParties, useTerm } from "./words";

const AgreementForm = lazy(() => import("./AgreementForm"));
const PaperForm = lazy(() => import("./PaperForm"));

/** The agreements of one's own organizations, or of a district. */
export function Component() {
  const { t } = useTranslation("agreements");
  const named = useNamed();
  const term = useTerm();
  const own = useParties();
  const arranges = useArranges();
  const [address, set] = useAddress("new");
  const title = (row: Agreement) => named(row.title_zh, row.title_en);
  const parties = (row: Agreement) => row.parties.map((party) => named(party.name_zh, party.name_en)).join(t("join"));
  return (
    <>
      <PageTitle
        lead={t("list.lead")}
        actions={
          <>
            {(own.length > 0 || arranges) && <Button onClick={() => set({ new: "paper" })}>{t("paper.action")}</Button>}
            {own.length > 0 && (
              <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => set({ new: "1" })}>
                {t("list.new")}
              </Button>
            )}
          </>
        }
      >
        {t("list.title")}
      </PageTitle>
      <DataTable
        name="agreements"
        label={t("list.title")}
        source={(page, chosen: Record<"q" | "kind" | "standing", string | undefined>) =>
          getQuery("/api/v1/agreements", {
            params: {
              query: {
                limit: page.limit,
                ...(page.cursor && { cursor: page.cursor }),
                ...(chosen.q && { q: chosen.q }),
                ...(chosen.kind && { kind: chosen.kind as Agreement["kind"] }),
                ...(chosen.standing && { standing: chosen.standing as Agreement["standing"] }),
              },
            },
          })
        }
        rowKey={(row) => row.id}
        filters={[
          { name: "q", kind: "search", label: t("list.find"), placeholder: t("list.findHelp") },
          {
            name: "kind",
            kind: "select",
            label: t("field.kind"),
            options: KINDS.map((value) => ({ value, label: t(`kind.${value}`) })),
          },
          {
            name: "standing",
            kind: "select",
            label: t("field.standing"),
            width: 170,
            options: STANDINGS.map((value) => ({ value, label: t(`standing.${value}`) })),
          },
        ]}
        empty={<EmptyState title={t("list.empty")} lead={t("list.emptyLead")} />}
        columns={[
          {
            key: "title",
            title: t("one"),
            fixed: true,
            render: (row) => <Link to={`/agreements/${row.id}`}>{title(row)}</Link>,
            csv: title,
          },
          { key: "kind", title: t("field.kind"), render: (row) => t(`kind.${row.kind}`), csv: (row) => t(`kind.${row.kind}`) },
          { key: "parties", title: t("list.parties"), render: parties, csv: parties },
          { key: "term", title: t("list.term"), render: term, csv: term },
          {
            key: "standing",
            title: t("field.standing"),
            render: (row) => (
              <Flex>
                <Standing of={row.standing} />
              </Flex>
            ),
            csv: (row) => t(`standing.${row.standing}`),
          },
        ]}
      />
      <Suspense>
        {address.new === "1" && <AgreementForm own={own} onClose={() => set({ new: undefined })} />}
        {address.new === "paper" && <PaperForm own={own} onClose={() => set({ new: undefined })} />}
      </Suspense>
    </>
  );
}
