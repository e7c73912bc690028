import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Flex, Select } from "antd";
import { useState } from "react";
import { api, call, ifMatch } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useSettled } from "@/pages/district/pick";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import type { Round } from "../words";

interface Chosen {
  value: string;
  label: string;
}

/** Who reviews a round. */
export function Reviewers({ round, runs }: { round: Round; runs: boolean }) {
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/rounds/{id}/reviewers", { params: { path: { id: round.id } } }));
  if (isPending) return <PageSkeleton rows={3} />;
  if (!data) return <ProblemAlert error={error} retry={refetch} />;
  const named = data.items.map((one) => ({ value: one.account_id, label: one.display_name }));
  return <Choose key={named.map((one) => one.value).join()} round={round} runs={runs} named={named} />;
}

function Choose({ round, runs, named }: { round: Round; runs: boolean; named: Chosen[] }) {
  const { t } = useTranslation("designations");
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [chosen, setChosen] = useState(named);
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim());
  const found = useQuery({
    ...getQuery("/api/v1/rounds/{id}/reviewers/candidates", { params: { path: { id: round.id }, query: { q } } }),
    enabled: runs && q !== "",
  });
  const save = useMutation({
    mutationFn: () =>
      call(
        api.PUT("/api/v1/rounds/{id}/reviewers", {
          params: { path: { id: round.id }, header: ifMatch(round.version) },
          body: { accounts: chosen.map((one) => one.value) },
        }),
      ),
    onSuccess: () => {
      message.success(t("saved"));
      return invalidate("/api/v1/rounds");
    },
  });
  const needed = round.rules.reviews ?? 0;
  const changed = chosen.map((one) => one.value).join() !== named.map((one) => one.value).join();
  const options = (q === "" ? [] : (found.data?.items ?? [])).map((one) => ({
    value: one.account_id,
    label: one.display_name,
    about: one.belongs_to.join(t("join")),
  }));
  return (
    <section aria-label={t("round.tab.reviewers")}>
      <p style={{ marginTop: 0 }}>{needed > 0 ? t("reviewers.needed", { count: needed }) : t("reviewers.notNeeded")}</p>
      <ProblemAlert error={save.error} />
      <ProblemAlert error={found.error} retry={found.refetch} />
      {runs ? (
        <Flex gap={12} wrap align="start">
          <Select
            mode="multiple"
            labelInValue
            aria-label={t("reviewers.choose")}
            placeholder={t("reviewers.find")}
            value={chosen}
            showSearch={{ filterOption: false, onSearch: setTyped }}
            loading={found.isFetching}
            notFoundContent={found.isFetching ? t("reviewers.looking") : t(q === "" ? "reviewers.find" : "reviewers.nobody")}
            style={{ flex: "1 1 320px", maxWidth: 640 }}
            options={options}
            optionRender={(option) => (
              <>
                {option.label} <Muted>{option.data.about}</Muted>
              </>
            )}
            onChange={(next) => setChosen(next.map((one) => ({ value: one.value, label: String(one.label) })))}
          />
          <Button type="primary" disabled={!changed} loading={save.isPending} onClick={() => save.mutate()}>
            {t("reviewers.save")}
          </Button>
        </Flex>
      ) : (
        <ul>
          {named.map((one) => (
            <li key={one.value}>{one.label}</li>
          ))}
        </ul>
      )}
      <Muted block style={{ marginTop: 12 }}>
        {t("reviewers.lead")}
      </Muted>
    </section>
  );
}
