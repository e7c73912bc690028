import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { App, Button, DatePicker, Drawer, Flex, Form, Input, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useNavigate } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import type { Host } from "@/pages/base/hosts";
import { useSave } from "@/pages/base/useSave";
import { Conflict } from "@/ui/Conflict";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { today } from "@/ui/time";
import { PartySelect } from "./PartySelect";
import { type Agreement, KINDS } from "./words";

interface Values {
  kind: Agreement["kind"];
  proposer_id: string;
  title_zh: string;
  title_en: string;
  aims: string;
  source: string;
  parties: (string | undefined)[];
  first_day: Dayjs | null;
  last_day: Dayjs | null;
}

type Props = { onClose: () => void; own: Host[]; agreement?: Agreement; renews?: Agreement };

const DAY = "YYYY-MM-DD";
const SHOWN = ["title_zh", "title_en", "aims", "source", "first_day", "last_day"] as const;
const toDay = (day: string | null | undefined) => (day ? dayjs(day) : null);

const valuesOf = (row: Agreement): Values => ({
  kind: row.kind,
  proposer_id: row.parties[0]?.organization_id ?? "",
  title_zh: row.title_zh,
  title_en: row.title_en,
  aims: row.aims,
  source: row.source,
  parties: row.parties.slice(1).map((party) => party.organization_id),
  first_day: toDay(row.first_day),
  last_day: toDay(row.last_day),
});

/** What a renewal begins with: the day after the old one ends, by whoever of the parties writes it. */
function renewalOf(row: Agreement, own: Host[]): Values {
  const writer = row.parties.find((party) => own.some((one) => one.id === party.organization_id));
  const now = dayjs(today());
  const next = row.last_day ? dayjs(row.last_day).add(1, "day") : now;
  // One that is over already goes on from today.
  const from = next.isBefore(now) ? now : next;
  return {
    ...valuesOf(row),
    proposer_id: writer?.organization_id ?? "",
    parties: row.parties.filter((party) => party !== writer).map((party) => party.organization_id),
    first_day: from,
    last_day: null,
  };
}

/** Drafts an agreement, changes one, or renews it. */
export default function AgreementForm({ agreement, renews, own, onClose }: Props) {
  const { t } = useTranslation("agreements");
  const { t: common } = useTranslation();
  const phone = usePhone();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const save = useSave<Agreement, Values>({
    form,
    row: agreement,
    newest: () => call(api.GET("/api/v1/agreements/{id}", { params: { path: { id: agreement?.id ?? "" } } })),
    names: { predecessor_id: "parties" },
    send: (values, version) => {
      const body = {
        title_zh: values.title_zh,
        title_en: values.title_en,
        aims: values.aims,
        source: values.source,
        parties: values.parties.filter((one) => one !== undefined),
        first_day: values.first_day?.format(DAY) ?? "",
        last_day: values.last_day?.format(DAY) ?? null,
      };
      if (agreement)
        return call(
          api.PATCH("/api/v1/agreements/{id}", {
            params: { path: { id: agreement.id }, header: ifMatch(version) },
            body: { ...body, organization_id: values.proposer_id },
          }),
        );
      return call(
        api.POST("/api/v1/agreements", {
          params: { header: key.header },
          body: { ...body, kind: values.kind, proposer_id: values.proposer_id, ...(renews && { predecessor_id: renews.id }) },
        }),
      );
    },
    done: (saved) => {
      key.renew();
      message.success(t("form.saved"));
      void invalidate("/api/v1/agreements");
      onClose();
      if (!agreement) navigate(`/agreements/${saved.id}`);
    },
  });
  const show = (values: Values, field: (typeof SHOWN)[number]): string =>
    field === "first_day" || field === "last_day" ? (values[field]?.format(DAY) ?? "") : values[field];
  const fields = SHOWN.map((field) => {
    const theirs = save.conflict ? show(valuesOf(save.conflict.theirs), field) : "";
    const mine = save.conflict ? show(save.conflict.mine, field) : "";
    return { key: field, label: t(`field.${field}`), theirs, mine, differs: theirs !== mine };
  });
  const initial: Values = agreement
    ? valuesOf(agreement)
    : renews
      ? renewalOf(renews, own)
      : {
          kind: "strategic",
          proposer_id: own[0]?.id ?? "",
          title_zh: "",
          title_en: "",
          aims: "",
          source: "",
          parties: [undefined],
          first_day: dayjs(today()),
          last_day: null,
        };
  const required = [{ required: true, message: common("problem.field.required") }];
  const kind = Form.useWatch("kind", form) ?? initial.kind;
  const heading = agreement ? t("form.edit") : renews ? t("form.renew") : t("form.new");
  return (
    <Drawer
      open
      title={heading}
      size={phone ? "100%" : 560}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="end">
          <Button onClick={onClose}>{common("action.cancel")}</Button>
          <Button type="primary" loading={save.saving} onClick={() => form.submit()}>
            {common("action.save")}
          </Button>
        </Flex>
      }
    >
      {save.unplaced && <ProblemAlert {...save.unplaced} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={initial}
        onFinish={(values: Partial<Values>) => save.submit({ ...initial, ...values, last_day: values.last_day ?? null })}
      >
        {!agreement && !renews && (
          <Form.Item name="kind" label={t("field.kind")} rules={required} extra={kind !== "pairing" && t("form.needsText")}>
            <Select options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
          </Form.Item>
        )}
        {!agreement && own.length > 1 && (
          <Form.Item name="proposer_id" label={t("field.proposer")} rules={required}>
            <Select options={own.map((one) => ({ value: one.id, label: one.name }))} />
          </Form.Item>
        )}
        <Form.Item name="title_zh" label={t("field.title_zh")} rules={required}>
          <Input maxLength={120} autoFocus={!agreement} />
        </Form.Item>
        <Form.Item name="title_en" label={t("field.title_en")}>
          <Input maxLength={200} lang="en" />
        </Form.Item>
        {!renews && (
          <Form.List name="parties">
            {(rows, { add, remove }) => (
              <fieldset style={{ border: 0, padding: 0, margin: "0 0 16px" }}>
                <legend style={{ paddingBottom: 8, fontSize: 14 }}>{t("field.parties")}</legend>
                {rows.map((row, at) => (
                  <Flex key={row.key} gap={8} align="start">
                    <Form.Item name={row.name} rules={required} style={{ flex: 1, marginBottom: 8, minWidth: 0 }}>
                      <PartySelect label={t("form.party", { number: at + 2 })} />
                    </Form.Item>
                    {rows.length > 1 && (
                      <Button
                        type="text"
                        icon={<MinusCircleOutlined aria-hidden />}
                        aria-label={t("form.remove", { number: at + 2 })}
                        onClick={() => remove(row.name)}
                      />
                    )}
                  </Flex>
                ))}
                {kind !== "pairing" && rows.length < 11 && (
                  <Button type="dashed" icon={<PlusOutlined aria-hidden />} onClick={() => add(undefined)}>
                    {t("form.add")}
                  </Button>
                )}
              </fieldset>
            )}
          </Form.List>
        )}
        <Flex gap={12} wrap>
          <Form.Item name="first_day" label={t("field.first_day")} rules={required} style={{ flex: 1, minWidth: 150 }}>
            <DatePicker allowClear={false} style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="last_day" label={t("field.last_day")} extra={t("form.openTerm")} style={{ flex: 1, minWidth: 150 }}>
            <DatePicker style={{ width: "100%" }} />
          </Form.Item>
        </Flex>
        <Form.Item name="aims" label={t("field.aims")}>
          <Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} />
        </Form.Item>
        <Form.Item name="source" label={t("field.source")}>
          <Input maxLength={200} />
        </Form.Item>
      </Form>
      <Conflict
        open={save.conflict !== undefined}
        fields={fields}
        saving={save.saving}
        onKeepMine={save.keepMine}
        onBack={save.back}
        onTakeTheirs={() => {
          if (save.conflict) form.setFieldsValue(valuesOf(save.conflict.theirs));
          save.takeTheirs();
        }}
      />
    </Drawer>
  );
}
