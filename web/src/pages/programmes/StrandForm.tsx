import { Form, Input, Select } from "antd";
import { useState } from "react";
import { api, call, ifMatch } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { FormModal } from "@/pages/district/FormModal";
import { CompetitionSelect } from "@/pages/district/pick";
import { type Edition, type Strand, STRANDS } from "./words";

interface Values {
  kind: Strand["kind"];
  title_zh: string;
  title_en: string;
  topic: string;
  competition_id?: string;
  source: string;
}

/** A new strand, or what one says of itself. */
export default function StrandForm({ edition, row, onClose }: { edition: Edition; row?: Strand; onClose: () => void }) {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const [kind, setKind] = useState<Strand["kind"]>(row?.kind ?? "themed_activities");
  const required = [{ required: true, message: common("problem.field.required") }];
  return (
    <FormModal<Values, unknown>
      title={t(row ? "edition.changeStrand" : "edition.addStrand")}
      okText={common("action.save")}
      initial={{
        kind,
        title_zh: row?.title_zh ?? "",
        title_en: row?.title_en ?? "",
        topic: row?.topic ?? "",
        source: row?.source ?? "",
        ...(row?.competition_id && { competition_id: row.competition_id }),
      }}
      send={({ kind: of, ...values }) => {
        const says = { ...values, competition_id: kind === "competition" ? (values.competition_id ?? null) : null };
        if (row) return call(api.PATCH("/api/v1/strands/{id}", { params: { path: { id: row.id }, header: ifMatch(row.version) }, body: says }));
        return call(
          api.POST("/api/v1/editions/{id}/strands", { params: { path: { id: edition.id }, header: key.header }, body: { ...says, kind: of } }),
        );
      }}
      onDone={() => {
        key.renew();
        void invalidate("/api/v1/editions");
        onClose();
      }}
      onClose={onClose}
    >
      <Form.Item name="kind" label={t("field.kind")} rules={required}>
        <Select disabled={row !== undefined} onChange={setKind} options={STRANDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
      </Form.Item>
      <Form.Item name="title_zh" label={t("field.name_zh")} rules={required}>
        <Input maxLength={120} />
      </Form.Item>
      <Form.Item name="title_en" label={t("field.name_en")}>
        <Input maxLength={200} lang="en" />
      </Form.Item>
      <Form.Item name="topic" label={t("field.topic")}>
        <Input maxLength={200} />
      </Form.Item>
      {kind === "competition" && (
        <Form.Item name="competition_id" label={t("field.competition")}>
          <CompetitionSelect width="100%" label={t("field.competition")} />
        </Form.Item>
      )}
      <Form.Item name="source" label={t("field.source")}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
