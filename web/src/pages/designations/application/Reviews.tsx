import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex, Form, Input, Table, Tag } from "antd";
import { useState } from "react";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { FormModal } from "@/pages/district/FormModal";
import { DateTime } from "@/ui/DateTime";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useRequired } from "../scheme/useRequired";
import type { Application, Round } from "../words";
import Words from "./Words";

interface Props {
  application: Application;
  round: Round;
  /** Whether the account strikes reviews and enters ties, or only looks on. */
  runs: boolean;
}

/** What reviewers gave, criterion by criterion. */
export function Reviews({ application, round, runs }: Props) {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const criteria = round.rules.criteria ?? [];
  const { data, error, refetch } = useQuery(getQuery("/api/v1/applications/{id}/reviews", { params: { path: { id: application.id } } }));
  const [tying, setTying] = useState(false);
  const [striking, setStriking] = useState<Schemas["ApplicationReviewView"]>();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const open = runs && application.state === "under_review";
  return (
    <Card
      title={<h2 style={{ fontSize: 17, margin: 0 }}>{t("reviews.title")}</h2>}
      extra={open && <Button size="small" onClick={() => setTying(true)}>{t("tie.ofOther")}</Button>}
    >
      <ProblemAlert error={error} retry={refetch} />
      {data?.items.length === 0 && <Muted>{t("reviews.none", { count: round.rules.reviews ?? 0 })}</Muted>}
      {data?.items.map((review) => (
        <section key={`${review.account_id}-${review.hearing}`} style={{ marginBottom: 14 }} aria-label={review.display_name}>
          <Flex gap={8} wrap align="center" style={{ marginBottom: 4 }}>
            <strong>{review.display_name}</strong>
            {review.hearing === 2 && <Tag color="warning">{t("secondHearing")}</Tag>}
            {review.struck && <Tag color="error">{t("strike.struck")}</Tag>}
            {open && !review.struck && review.hearing === (application.second_hearing ? 2 : 1) && (
              <Button size="small" danger aria-label={`${t("strike.action")}: ${review.display_name}`} onClick={() => setStriking(review)}>
                {t("strike.action")}
              </Button>
            )}
          </Flex>
          {review.struck && (
            <p style={{ margin: "0 0 6px" }}>
              {t("strike.because", { reason: review.struck.reason })} <Muted><DateTime value={review.struck.at} /></Muted>
            </p>
          )}
          <Table
            size="small"
            pagination={false}
            rowKey="key"
            dataSource={criteria}
            columns={[
              { key: "name", title: t("review.criterion"), render: (_, one) => named(one.name_zh, one.name_en) },
              { key: "points", title: t("review.points"), render: (_, one) => `${review.scores[one.key]?.points ?? "—"} / ${one.points}` },
              { key: "remark", title: t("review.remark"), render: (_, one) => review.scores[one.key]?.remark ?? "" },
            ]}
          />
          {review.remark && <p style={{ margin: "6px 0 0" }}>{review.remark}</p>}
        </section>
      ))}
      {tying && <TieOfOther application={application} onClose={() => setTying(false)} />}
      {striking && (
        <Words
          title={t("strike.of", { name: striking.display_name })}
          action={t("strike.action")}
          lead={t("strike.lead")}
          label={t("reason")}
          field="reason"
          danger
          send={(reason) =>
            call(
              api.POST("/api/v1/applications/{id}/reviews/{account_id}/strike", {
                params: { path: { id: application.id, account_id: striking.account_id } },
                body: { reason },
              }),
            )
          }
          onDone={() => {
            setStriking(undefined);
            message.success(t("saved"));
            void invalidate("/api/v1/applications", "/api/v1/rounds");
          }}
          onClose={() => setStriking(undefined)}
        />
      )}
    </Card>
  );
}

function TieOfOther({ application, onClose }: { application: Application; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const { data } = useQuery(getQuery("/api/v1/rounds/{id}/reviewers", { params: { path: { id: application.round_id } } }));
  return (
    <FormModal<{ account_id: string; reason: string }, unknown>
      title={t("tie.ofOther")}
      okText={t("tie.save")}
      lead={t("tie.lead")}
      initial={{}}
      send={(body) => call(api.POST("/api/v1/applications/{id}/ties", { params: { path: { id: application.id } }, body }))}
      onDone={() => {
        message.success(t("saved"));
        void invalidate("/api/v1/applications");
        onClose();
      }}
      onClose={onClose}
    >
      <Form.Item name="account_id" label={t("tie.reviewer")} rules={required}>
        <ReviewerChoice all={data?.items ?? []} />
      </Form.Item>
      <Form.Item name="reason" label={t("tie.reason")} rules={required}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}

function ReviewerChoice({ id, value, onChange, all }: { id?: string; value?: string; onChange?: (value: string) => void; all: Schemas["ReviewerView"][] }) {
  return (
    <Flex vertical gap={6} {...(id && { id })} role="radiogroup">
      {all.map((one) => (
        <label key={one.account_id} style={{ display: "flex", gap: 8, minHeight: 28, alignItems: "center" }}>
          <input type="radio" name="reviewer" checked={value === one.account_id} onChange={() => onChange?.(one.account_id)} /> {one.display_name}
        </label>
      ))}
    </Flex>
  );
}
