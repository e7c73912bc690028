import { PlusOutlined } from "@ant-design/icons";
import { App, Button, Card, Flex, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { useNamed, useText } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { OneTime } from "../accounts/OneTime";
import { Make, Official, Rename } from "./forms";
import { type Authority, BENEATH, type Node, treeOf } from "./tree";
import { useAuthorities, useOfficials } from "./useAll";

type Asked = { what: "make"; of: Authority | undefined } | { what: "rename" | "official"; of: Authority };

/** Where an installation begins: authorities and districts, as they lie beneath each other, and who answers for each. */
export function Component() {
  const { t } = useTranslation("district");
  const { message } = App.useApp();
  const [asked, setAsked] = useState<Asked>();
  const [made, setMade] = useState<Schemas["OneTimePassword"]>();
  const { data, error, isPending, refetch } = useAuthorities();
  const officials = useOfficials();
  if (isPending) return <PageSkeleton rows={8} />;
  const close = () => setAsked(undefined);
  return (
    <>
      <PageTitle
        lead={t("authorities.lead")}
        actions={
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAsked({ what: "make", of: undefined })}>
            {t("authorities.make")}
          </Button>
        }
      >
        {t("authorities.title")}
      </PageTitle>
      <ProblemAlert error={error ?? officials.error} retry={error ? refetch : officials.refetch} />
      {data?.length === 0 && <EmptyState title={t("authorities.none")} lead={t("authorities.noneLead")} />}
      {data && data.length > 0 && (
        <Card>
          <Branch nodes={treeOf(data)} officials={officials.data} ask={setAsked} />
        </Card>
      )}
      {asked?.what === "make" && (
        <Make
          parent={asked.of}
          onClose={(name) => {
            close();
            if (name) message.success(t("authorities.made", { name }));
          }}
        />
      )}
      {asked?.what === "rename" && <Rename one={asked.of} onClose={close} />}
      {asked?.what === "official" && (
        <Official
          of={asked.of}
          onClose={close}
          onDone={(done) => {
            close();
            setMade(done);
          }}
        />
      )}
      {made && <OneTime made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}

interface BranchProps {
  nodes: Node[];
  officials: Map<string, Schemas["AccountView"][]> | undefined;
  ask: (asked: Asked) => void;
}

/** Lists within lists, as trees are read out. */
function Branch({ nodes, officials, ask }: BranchProps) {
  const { t } = useTranslation("district");
  const text = useText();
  const named = useNamed();
  return (
    <ul style={{ listStyle: "none", margin: 0, paddingInlineStart: 0, display: "grid", gap: 10 }}>
      {nodes.map(({ authority: one, children }) => {
        const name = named(one.name_zh, one.name_en);
        const known = officials?.get(one.id);
        return (
          <li key={one.id}>
            <Flex gap={8} wrap align="center">
              <strong>{name}</strong>
              <Tag style={{ margin: 0 }}>{text(`district:authorities.levels.${one.level}`, {}, one.level)}</Tag>
              <Muted>
                <span className="kepu-numbers">{one.code}</span>
              </Muted>
              <Flex gap={6} wrap style={{ marginInlineStart: "auto" }}>
                {(BENEATH[one.level] ?? []).length > 0 && (
                  <Button size="small" aria-label={`${t("authorities.makeBeneath")}: ${name}`} onClick={() => ask({ what: "make", of: one })}>
                    {t("authorities.makeBeneath")}
                  </Button>
                )}
                <Button size="small" aria-label={`${t("authorities.official")}: ${name}`} onClick={() => ask({ what: "official", of: one })}>
                  {t("authorities.official")}
                </Button>
                <Button size="small" aria-label={`${t("authorities.rename")}: ${name}`} onClick={() => ask({ what: "rename", of: one })}>
                  {t("authorities.rename")}
                </Button>
              </Flex>
            </Flex>
            {officials && (
              <Muted block style={{ margin: "2px 0 0" }}>
                {known
                  ? known.map((account, at) => (
                      <span key={account.id}>
                        {at > 0 && t("authorities.join")}
                        <Link to={`/district/accounts/${account.id}`}>{account.display_name}</Link>
                      </span>
                    ))
                  : t("authorities.nobody")}
              </Muted>
            )}
            {children.length > 0 && (
              <div style={{ marginTop: 10, paddingInlineStart: 18, borderInlineStart: "1px solid var(--ant-color-border)" }}>
                <Branch nodes={children} officials={officials} ask={ask} />
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
