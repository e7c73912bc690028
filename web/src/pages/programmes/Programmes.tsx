import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, DatePicker, Flex, Form, Input, InputNumber } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, call, ifMatch } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { FormModal } from "@/pages/district/FormModal";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { today } from "@/ui/time";
import { EditionState } from "./EditionState";
import { SchemeSelect } from "./SchemeSelect";
import { type Programme, useDay, useTitle } from "./words";

const DAY = "YYYY-MM-DD";

/** All programmes with their years; officials make new ones here. */
export function Component() {
  const { t } = useTranslation("programmes");
  const me = useMe();
  const named = useNamed();
  const title = useTitle();
  const day = useDay();
  const [open, setOpen] = useState<"programme" | Programme>();
  const [renamed, setRenamed] = useState<Programme>();
  const programmes = useQuery(getQuery("/api/v1/programmes", { params: { query: { limit: 200 } } }));
  const editions = useQuery(getQuery("/api/v1/editions", { params: { query: { limit: 500 } } }));
  const runs = me.grants.some(({ role }) => ["district_official", "city_official"].includes(role));
  if (programmes.isPending || editions.isPending) return <PageSkeleton />;
  if (!programmes.data || !editions.data)
    return <ProblemAlert error={programmes.error ?? editions.error} retry={() => Promise.all([programmes.refetch(), editions.refetch()])} />;
  return (
    <>
      <PageTitle
        lead={t("list.lead")}
        actions={
          runs && (
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen("programme")}>
              {t("list.new")}
            </Button>
          )
        }
      >
        {t("list.title")}
      </PageTitle>
      {programmes.data.items.length === 0 && <EmptyState title={t("list.empty")} lead={t("list.emptyLead")} />}
      <Flex vertical gap={16}>
        {programmes.data.items.map((programme) => {
          const own = editions.data.items.filter((one) => one.programme_id === programme.id).toSorted((a, b) => b.year - a.year);
          return (
            <Card
              key={programme.id}
              title={<h2 style={{ margin: 0, fontSize: 17, whiteSpace: "normal" }}>{named(programme.name_zh, programme.name_en)}</h2>}
              extra={
                programme.managed && (
                  <Flex gap={8} wrap>
                    <Button size="small" aria-label={`${t("list.rename")}：${named(programme.name_zh, programme.name_en)}`} onClick={() => setRenamed(programme)}>
                      {t("list.rename")}
                    </Button>
                    <Button size="small" onClick={() => setOpen(programme)}>
                      {t("list.newEdition")}
                    </Button>
                  </Flex>
                )
              }
            >
              <Muted block style={{ marginBottom: 8 }}>
                {named(programme.authority_name_zh, programme.authority_name_en)}
              </Muted>
              {own.length === 0 && <Muted>{t("list.noEditions")}</Muted>}
              <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
                {own.map((one) => (
                  <li key={one.id} style={{ padding: "6px 0" }}>
                    <Flex gap={8} wrap align="center">
                      <Link to={`/editions/${one.id}`}>
                        {one.year} · {title(one)}
                      </Link>
                      <EditionState state={one.state} />
                      <Muted>
                        {day(one.first_day)} – {day(one.last_day)}
                      </Muted>
                    </Flex>
                  </li>
                ))}
              </ul>
            </Card>
          );
        })}
      </Flex>
      {renamed && <Rename programme={renamed} onClose={() => setRenamed(undefined)} />}
      {open === "programme" && <NewProgramme onClose={() => setOpen(undefined)} />}
      {open !== undefined && open !== "programme" && <NewEdition programme={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function NewProgramme({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const me = useMe();
  const named = useNamed();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const required = [{ required: true, message: common("problem.field.required") }];
  // Whose it is: the authority of the first grant that runs programmes.
  const own = me.grants.find(({ role }) => role === "city_official" || role === "district_official");
  return (
    <FormModal<{ code: string; name_zh: string; name_en: string }, unknown>
      title={t("list.new")}
      okText={common("action.save")}
      initial={{ code: "", name_zh: "", name_en: "" }}
      lead={own && `${t("field.authority")}：${named(own.scope_name_zh, own.scope_name_en)}`}
      send={(values) =>
        call(
          api.POST("/api/v1/programmes", {
            params: { header: key.header },
            body: { ...values, authority_id: own?.authority_id ?? own?.district_id ?? null },
          }),
        )
      }
      onDone={() => {
        key.renew();
        void invalidate("/api/v1/programmes");
        onClose();
      }}
      onClose={onClose}
    >
      <Form.Item name="name_zh" label={t("field.name_zh")} rules={required}>
        <Input maxLength={120} autoFocus />
      </Form.Item>
      <Form.Item name="name_en" label={t("field.name_en")}>
        <Input maxLength={200} lang="en" />
      </Form.Item>
      <Form.Item name="code" label={t("field.code")} rules={required}>
        <Input maxLength={60} />
      </Form.Item>
    </FormModal>
  );
}

/** How a programme is called; its code stays. */
function Rename({ programme, onClose }: { programme: Programme; onClose: () => void }) {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const invalidate = useInvalidate();
  return (
    <FormModal<{ name_zh: string; name_en: string }, unknown>
      title={t("list.rename")}
      okText={common("action.save")}
      initial={{ name_zh: programme.name_zh, name_en: programme.name_en }}
      send={(values) =>
        call(api.PATCH("/api/v1/programmes/{id}", { params: { path: { id: programme.id }, header: ifMatch(programme.version) }, body: values }))
      }
      onDone={() => {
        void invalidate("/api/v1/programmes", "/api/v1/editions");
        onClose();
      }}
      onClose={onClose}
    >
      <Form.Item name="name_zh" label={t("field.name_zh")} rules={[{ required: true, message: common("problem.field.required") }]}>
        <Input maxLength={120} autoFocus />
      </Form.Item>
      <Form.Item name="name_en" label={t("field.name_en")}>
        <Input maxLength={200} lang="en" />
      </Form.Item>
    </FormModal>
  );
}

interface NewEditionValues {
  year: number;
  title_zh: string;
  title_en: string;
  first?: Dayjs;
  last?: Dayjs;
  host_scheme_id?: string;
  source: string;
}

function NewEdition({ programme, onClose }: { programme: Programme; onClose: () => void }) {
  const { t } = useTranslation("programmes");
  const { t: common } = useTranslation();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  const navigate = useNavigate();
  const required = [{ required: true, message: common("problem.field.required") }];
  return (
    <FormModal<NewEditionValues, { id: string }>
      title={t("list.newEdition")}
      okText={common("action.save")}
      initial={{ year: Number(today().slice(0, 4)), title_zh: "", title_en: "", source: "" }}
      send={(values) =>
        call(
          api.POST("/api/v1/programmes/{id}/editions", {
            params: { path: { id: programme.id }, header: key.header },
            body: {
              year: values.year,
              title_zh: values.title_zh,
              title_en: values.title_en,
              first_day: values.first?.format(DAY) ?? "",
              last_day: values.last?.format(DAY) ?? "",
              host_scheme_id: values.host_scheme_id ?? null,
              source: values.source,
            },
          }),
        )
      }
      onDone={(made) => {
        key.renew();
        void invalidate("/api/v1/editions");
        onClose();
        navigate(`/editions/${made.id}`);
      }}
      onClose={onClose}
    >
      <Form.Item name="year" label={t("field.year")} rules={required}>
        <InputNumber min={2000} max={2100} precision={0} style={{ width: 140 }} />
      </Form.Item>
      <Form.Item name="title_zh" label={t("field.title")} rules={required}>
        <Input maxLength={120} />
      </Form.Item>
      <Form.Item name="title_en" label={t("field.title_en")}>
        <Input maxLength={200} lang="en" />
      </Form.Item>
      <Flex gap={12} wrap>
        <Form.Item name="first" label={common("table.from")} rules={required}>
          <DatePicker />
        </Form.Item>
        <Form.Item name="last" label={common("table.to")} rules={required}>
          <DatePicker />
        </Form.Item>
      </Flex>
      <Form.Item name="host_scheme_id" label={t("field.host_scheme")} extra={t("field.host_schemeHelp")}>
        <SchemeSelect />
      </Form.Item>
      <Form.Item name="source" label={t("field.source")}>
        <Input maxLength={400} />
      </Form.Item>
    </FormModal>
  );
}
