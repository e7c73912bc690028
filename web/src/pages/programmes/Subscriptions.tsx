import { CopyOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Flex, Form, Input, Select } from "antd";
import { useState } from "react";
import { api, call } from "@/api/client";
import { getQuery, useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { formatTime } from "@/ui/time";
import { Section } from "./Edition";
import { useCopy } from "./Feeds";

/** Secret addresses of the calendars of the own schools, of oneself or of one's children. */
export function Component() {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const me = useMe();
  const named = useNamed();
  const { language } = useLanguage();
  const copy = useCopy();
  const invalidate = useInvalidate();
  const { message, modal } = App.useApp();
  const all = new Map<string, { name: string; query: { school_id: string } | { person_id: string } }>();
  for (const grant of me.grants) {
    const name = named(grant.scope_name_zh, grant.scope_name_en);
    if ((grant.role === "student" || grant.role === "guardian") && grant.person_id)
      all.set(grant.person_id, { name, query: { person_id: grant.person_id } });
    if ((grant.role === "teacher" || grant.role === "school_admin") && grant.organization_id)
      all.set(grant.organization_id, { name, query: { school_id: grant.organization_id } });
  }
  const [chosen, setChosen] = useState([...all.keys()][0] ?? "");
  const [made, setMade] = useState<{ of: string; path: string }>();
  const query = all.get(chosen)?.query ?? {};
  const links = useQuery({ ...getQuery("/api/v1/calendar-links", { params: { query } }), enabled: chosen !== "" });
  const make = useMutation({
    mutationFn: () => call(api.POST("/api/v1/calendar-links", { body: query })),
    onSuccess: (link) => {
      setMade({ of: chosen, path: link.path });
      return invalidate("/api/v1/calendar-links");
    },
  });
  const revoke = useMutation({
    mutationFn: (id: string) => call(api.DELETE("/api/v1/calendar-links/{id}", { params: { path: { id } } })),
    onSuccess: () => {
      setMade(undefined);
      message.success(t("links.revoked"));
      return invalidate("/api/v1/calendar-links");
    },
  });
  const ask = (id: string) =>
    modal.confirm({
      title: t("links.revoke"),
      content: t("links.revokeAsk"),
      okText: t("links.revoke"),
      cancelText: common("action.cancel"),
      onOk: () => revoke.mutateAsync(id).catch(() => {}),
    });
  return (
    <>
      <PageTitle lead={t("links.lead")}>{t("links.title")}</PageTitle>
      <ProblemAlert error={make.error ?? revoke.error} />
      <Form layout="vertical">
        <Flex gap={12} wrap align="end">
          <Form.Item label={t("links.whose")} htmlFor="links-whose" style={{ minWidth: 220, marginBottom: 0 }}>
            <Select id="links-whose" value={chosen} onChange={setChosen} options={[...all].map(([value, { name }]) => ({ value, label: name }))} />
          </Form.Item>
          <Button type="primary" disabled={chosen === ""} loading={make.isPending} onClick={() => make.mutate()}>
            {t("links.make")}
          </Button>
        </Flex>
      </Form>
      {made?.of === chosen && (
        <Alert
          style={{ marginTop: 16 }}
          type="success"
          title={t("links.once")}
          description={
            <Flex gap={8} wrap>
              <Input readOnly aria-label={t("links.address")} value={`${window.location.origin}${made.path}`} style={{ flex: "1 1 240px" }} />
              <Button icon={<CopyOutlined aria-hidden />} onClick={() => void copy(made.path)}>
                {t("feed.copy")}
              </Button>
            </Flex>
          }
        />
      )}
      <Section title={t("links.holding")}>
        {links.isPending && chosen !== "" && <PageSkeleton />}
        {links.error && <ProblemAlert error={links.error} retry={links.refetch} />}
        {links.data?.items.length === 0 && <EmptyState title={t("links.none")} />}
        <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {links.data?.items.map((link) => {
            const words = t("links.made", { name: link.created_by_name, time: formatTime(link.created_at, "datetime", language) });
            return (
              <li key={link.id} style={{ padding: "6px 0" }}>
                <Flex gap={8} wrap align="center" justify="space-between">
                  <span>{words}</span>
                  <Button size="small" danger aria-label={`${t("links.revoke")}：${words}`} onClick={() => ask(link.id)}>
                    {t("links.revoke")}
                  </Button>
                </Flex>
              </li>
            );
          })}
        </ul>
      </Section>
    </>
  );
}
