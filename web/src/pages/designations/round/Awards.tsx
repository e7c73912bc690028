import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex, Form, Input, InputNumber } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useSaveFile } from "@/ui/saveFile";
import { today } from "@/ui/time";
import { Day } from "../Day";
import { useRequired } from "../scheme/useRequired";
import { type Round, useDay, useHolder } from "../words";

type Proposal = Schemas["AwardProposal"];

/** All awards of a round in one go, and their papers in one file; nothing where there is none to make or to print. */
export default function Awards({ round, runs }: { round: Round; runs: boolean }) {
  const { t } = useTranslation("designations");
  const day = useDay();
  const holder = useHolder();
  const { busy, save } = useSaveFile();
  const [asked, setAsked] = useState(false);
  const { data, error, refetch } = useQuery(getQuery("/api/v1/rounds/{id}/awards", { params: { path: { id: round.id } } }));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data || data.ready.length + data.waiting.length + data.awarded === 0) return null;
  const why = (one: Proposal["waiting"][number]) => {
    if (one.code === "objections_open") return t("awards.objections");
    if (one.code === "objection_days_run" && one.until) return t("published.until", { day: day(one.until) });
    return t("awards.unpublished");
  };
  return (
    <Card size="small" style={{ marginBottom: 16 }} title={<h2 style={{ fontSize: 17, margin: 0 }}>{t("award.title")}</h2>}>
      {data.ready.length > 0 && <p style={{ marginTop: 0 }}>{t("awards.ready", { count: data.ready.length })}</p>}
      {data.waiting.length > 0 && (
        <>
          <p style={{ margin: "0 0 4px" }}>{t("awards.waiting", { count: data.waiting.length })}</p>
          <ul style={{ margin: "0 0 12px", paddingInlineStart: 20 }}>
            {data.waiting.map((one) => (
              <li key={one.application_id}>
                <Link to={`/applications/${one.application_id}`}>{holder(one)}</Link> <Muted>{why(one)}</Muted>
              </li>
            ))}
          </ul>
        </>
      )}
      <Flex gap={12} wrap align="center">
        {runs && data.ready.length > 0 && (
          <Button type="primary" onClick={() => setAsked(true)}>
            {t("awards.action", { count: data.ready.length })}
          </Button>
        )}
        {data.awarded > 0 && (
          <>
            <Button loading={busy} onClick={() => void save(`/api/v1/rounds/${round.id}/papers.zip`, `${round.name_zh}.zip`)}>
              {t("awards.papers")}
            </Button>
            <Muted>{t("awards.awarded", { count: data.awarded })}</Muted>
          </>
        )}
      </Flex>
      {asked && <Ceremony round={round} proposal={data} onClose={() => setAsked(false)} />}
    </Card>
  );
}

interface Values {
  prefix: string;
  first: number;
  digits: number;
  valid_from: string;
  ceremony: string;
  level: string;
  source: string;
}

const numberOf = (prefix: string, running: number, digits: number) => `${prefix}${String(running).padStart(digits, "0")}`;

function Ceremony({ round, proposal, onClose }: { round: Round; proposal: Proposal; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const required = useRequired();
  const holder = useHolder();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { message } = App.useApp();
  const { ready, prefix, first, digits } = proposal;
  return (
    <FormModal<Values, Schemas["AwardsMade"]>
      title={t("awards.action", { count: ready.length })}
      okText={t("awards.send")}
      lead={t("award.lead")}
      initial={{ prefix, first, digits, valid_from: today(), ceremony: "", level: "", source: "" }}
      send={async (values) => {
        try {
          return await call(
            api.POST("/api/v1/rounds/{id}/awards", {
              params: { path: { id: round.id }, header: key.header },
              body: {
                applications: ready.map((one) => one.application_id),
                prefix: values.prefix ?? "",
                first: values.first,
                digits: values.digits,
                valid_from: values.valid_from,
                level: values.level || null,
                source: values.source,
                ceremony: values.ceremony,
              },
            }),
          );
        } finally {
          key.renew();
        }
      }}
      onDone={({ items }) => {
        message.success(t("awards.done", { count: items.length }));
        void invalidate("/api/v1/rounds", "/api/v1/applications", "/api/v1/published", "/api/v1/late", "/api/v1/designations", "/api/v1/organizations", "/api/v1/register");
        onClose();
      }}
      onClose={onClose}
    >
      <Flex gap={12} wrap>
        <Form.Item name="prefix" label={t("awards.prefix")} style={{ flex: "1 1 160px" }}>
          <Input maxLength={50} />
        </Form.Item>
        <Form.Item name="first" label={t("awards.first")} rules={required}>
          <InputNumber min={0} max={99_999_999} precision={0} />
        </Form.Item>
        <Form.Item name="digits" label={t("awards.digits")} rules={required}>
          <InputNumber min={1} max={9} precision={0} />
        </Form.Item>
      </Flex>
      <Form.Item noStyle shouldUpdate>
        {({ getFieldsValue }) => {
          const now = getFieldsValue() as Partial<Values>;
          return (
            <ol aria-label={t("awards.numbers")} style={{ margin: "0 0 16px", paddingInlineStart: 0, listStyle: "none", maxHeight: 160, overflowY: "auto" }}>
              {ready.map((one, at) => (
                <li key={one.application_id}>
                  <strong className="kepu-numbers">{numberOf(now.prefix ?? "", (now.first ?? 0) + at, now.digits ?? 1)}</strong> {holder(one)}
                </li>
              ))}
            </ol>
          );
        }}
      </Form.Item>
      <Form.Item name="valid_from" label={t("award.day")} rules={required}>
        <Day allowClear={false} />
      </Form.Item>
      <Form.Item name="ceremony" label={t("awards.ceremony")} extra={t("awards.ceremonyHelp")}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="level" label={t("award.level")}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="source" label={t("award.source")}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
