import { useMutation, useQuery } from "@tanstack/react-query";
import { App, DatePicker, Flex, Form, Input, Modal, Radio } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { today } from "@/ui/time";
import { PartySelect } from "./PartySelect";

interface Values {
  with?: string;
  other?: string;
  title_zh: string;
  aims?: string;
  first_day: Dayjs;
  last_day?: Dayjs | null;
}

/** An official brings an organization together with one that fits; both are asked to sign. */
export default function Match({ of, onClose }: { of: Schemas["MarketStand"]; onClose: () => void }) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const named = useNamed();
  const navigate = useNavigate();
  const say = useProblemText();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();
  const name = named(of.name_zh, of.name_en);
  const fits = useQuery(getQuery("/api/v1/partners", { params: { query: { organization_id: of.organization_id } } }));
  // Who is paired with it already is not proposed again.
  const free = fits.data?.items.filter((one) => !one.agreement_id) ?? [];
  const propose = useMutation({
    mutationFn: (values: Values) =>
      call(
        api.POST("/api/v1/agreements/pairings", {
          params: { header: key.header },
          body: {
            title_zh: values.title_zh,
            title_en: "",
            aims: values.aims ?? "",
            parties: [of.organization_id, values.other ?? values.with ?? ""],
            first_day: values.first_day.format("YYYY-MM-DD"),
            last_day: values.last_day?.format("YYYY-MM-DD") ?? null,
          },
        }),
      ),
    onMutate: () => setUnplaced(undefined),
    onSuccess: (made) => {
      key.renew();
      message.success(t("market.sent"));
      void invalidate("/api/v1/agreements", "/api/v1/partners", "/api/v1/market");
      onClose();
      navigate(`/agreements/${made.id}`);
    },
    onError: (error) => {
      key.renew();
      const { placed, rest } = applyProblemToForm(form, error, say.field, { parties: "other" });
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  const required = [{ required: true, message: common("problem.field.required") }];
  const other = Form.useWatch("other", form);
  return (
    <Modal
      open
      title={t("market.matchTitle", { name })}
      okText={t("market.send")}
      cancelText={common("action.cancel")}
      confirmLoading={propose.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {unplaced && <ProblemAlert {...unplaced} />}
      {/* Of another district, whose matches are not for this account: one is looked for by name. */}
      {fits.isPending && <PageSkeleton />}
      <Form
        form={form}
        layout="vertical"
        initialValues={{
          title_zh: t("partners.pairingTitle", { one: name, other: "" }).trim().slice(0, 120),
          first_day: dayjs(today()),
          last_day: dayjs(today()).add(1, "year").subtract(1, "day"),
        }}
        onValuesChange={(changed: Partial<Values>) => {
          const chosen = free.find((one) => one.organization_id === changed.with);
          if (chosen)
            form.setFieldsValue({
              title_zh: t("partners.pairingTitle", { one: name, other: named(chosen.name_zh, chosen.name_en) }).slice(0, 120),
            });
        }}
        onFinish={(values) => propose.mutate(values)}
      >
        {free.length > 0 ? (
          <Form.Item name="with" label={t("market.with")} extra={t("market.fits")} {...(!other && { rules: required })}>
            <Radio.Group
              style={{ display: "grid", gap: 8, maxHeight: 260, overflowY: "auto" }}
              options={free.map((one) => ({
                value: one.organization_id,
                label: (
                  <>
                    {named(one.name_zh, one.name_en)}{" "}
                    <Muted style={{ fontSize: 13 }}>
                      {one.reasons
                        .flatMap((reason) => reason.fields)
                        .map((field) => t(`fields.${field}`))
                        .join(t("join"))}
                    </Muted>
                  </>
                ),
              }))}
            />
          </Form.Item>
        ) : (
          fits.data && <Muted block>{t("market.noFits")}</Muted>
        )}
        <Form.Item name="other" label={t("market.other")} {...(free.length === 0 && { rules: required })}>
          <PartySelect label={t("market.other")} />
        </Form.Item>
        <Form.Item name="title_zh" label={t("field.title_zh")} rules={[{ required: true, whitespace: true, message: common("problem.field.required") }]}>
          <Input maxLength={120} />
        </Form.Item>
        <Flex gap={12} wrap>
          <Form.Item name="first_day" label={t("field.first_day")} rules={required} style={{ flex: 1, minWidth: 150 }}>
            <DatePicker allowClear={false} style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="last_day" label={t("field.last_day")} extra={t("form.openTerm")} style={{ flex: 1, minWidth: 150 }}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
        </Flex>
        <Form.Item name="aims" label={t("field.aims")}>
          <Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
