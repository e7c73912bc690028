import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex, Form, InputNumber, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate, useSearchParams } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { getQuery, useIdempotencyKey, useInvalidate } from "@/api/query";
import { useNamed } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { useClassName } from "@/ui/names";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { UploadArea } from "@/ui/UploadArea";
import { EVIDENCE } from "./award";
import { AwardFields, awardOf, type AwardValues } from "./AwardFields";
import { sendEvidence } from "./evidence";
import { rosterQuery, useOwnSchool } from "./school";
import "./teacher.css";

interface Values extends AwardValues {
  competition_id: string;
  members: string[];
  team_size?: number;
}

/** Whether a result of this day counts for the edition. */
function holds(edition: Schemas["CompetitionView"], day: string): boolean {
  return edition.valid_from <= day && (!edition.valid_to || day <= edition.valid_to);
}

/** A new result, with its evidence; the district verifies it. */
export function Component() {
  const { t } = useTranslation("teacher");
  const named = useNamed();
  const className = useClassName();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const school = useOwnSchool();
  const [params] = useSearchParams();
  const person = params.get("person");
  const [form] = Form.useForm<Values>();
  const [files, setFiles] = useState<File[]>([]);
  const [rest, setRest] = useState<FieldError[]>();
  const members = Form.useWatch("members", form) ?? [];
  const roster = useQuery(rosterQuery(school.id));
  const competitions = useQuery(getQuery("/api/v1/competitions", { params: { query: { limit: 500 } } }));

  const editions = competitions.data?.items ?? [];
  const chosen = Form.useWatch("competition_id", form);
  const day = Form.useWatch("achieved_on", form)?.format("YYYY-MM-DD");
  /** Another day may belong to another edition of the same contest. */
  const follow = (on: string) => {
    const now = editions.find((one) => one.id === form.getFieldValue("competition_id"));
    if (!now || holds(now, on)) return;
    const other = editions.find((one) => one.series === now.series && holds(one, on));
    if (other) form.setFieldValue("competition_id", other.id);
  };

  const save = useMutation({
    mutationFn: async (values: Values) => {
      const { award, place, places_listed, ...others } = awardOf(values);
      const made = await call(
        api.POST("/api/v1/results", {
          params: { header: key.header },
          body: {
            competition_id: values.competition_id,
            ...others,
            ...(award && { award }),
            ...(place && { place }),
            ...(places_listed && { places_listed }),
            ...(values.members.length > 1 && values.team_size && { team_size: values.team_size }),
            members: values.members.map((person_id) => ({ person_id })),
          },
        }),
      );
      const id = made.items[0]?.id ?? "";
      const sent = await Promise.allSettled(files.map((file) => sendEvidence(id, file)));
      return { id, failed: sent.flatMap((one, at) => (one.status === "rejected" ? [files[at]?.name ?? ""] : [])) };
    },
    onSuccess: ({ id, failed }) => {
      key.renew();
      void invalidate("/api/v1/results");
      if (failed.length > 0) message.error(t("result.filesFailed", { names: failed.join(", ") }), 8);
      else message.success(t("result.submitted"));
      void navigate(`/teacher/results/${id}`);
    },
    onError: (error) => {
      key.renew();
      setRest(applyProblemToForm(form, error, say.field).rest);
    },
  });

  return (
    <div style={{ maxWidth: 760 }}>
      <PageTitle lead={t("result.newLead")}>{t("result.new")}</PageTitle>
      <ProblemAlert error={save.error} {...(rest && { rest })} />
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        scrollToFirstError={{ focus: true }}
        initialValues={{ achieved_on: dayjs(), by: "award", members: person ? [person] : [] }}
        onValuesChange={(changed) => changed.achieved_on && follow(changed.achieved_on.format("YYYY-MM-DD"))}
        onFinish={(values) => save.mutate(values)}
      >
        <Card size="small" style={{ marginBottom: 16 }}>
          <Form.Item name="competition_id" label={t("result.competition")} rules={[
              { required: true, message: t("result.competitionNeeded") },
              ({ getFieldValue }) => ({
                validator: (_, id) => {
                  const chosen = editions.find((one) => one.id === id);
                  const day = (getFieldValue("achieved_on") as Dayjs | null)?.format("YYYY-MM-DD");
                  if (!chosen || !day || holds(chosen, day)) return Promise.resolve();
                  return Promise.reject(new Error(t("result.otherEdition", { from: chosen.valid_from, to: chosen.valid_to ?? "" })));
                },
              }),
            ]}
            dependencies={["achieved_on"]}>
            <Select
              showSearch={{ optionFilterProp: "label" }}
              loading={competitions.isPending}
              placeholder={t("result.competitionHint")}
              options={editions.filter((one) => !day || holds(one, day) || one.id === chosen).map((one) => ({
                value: one.id,
                label: `${named(one.name_zh, one.name_en)} · ${one.edition}`,
              }))}
            />
          </Form.Item>
          <Form.Item
            name="members"
            label={t("result.members")}
            extra={members.length > 1 ? t("result.membersOrder") : t("result.membersHint")}
            rules={[{ required: true, message: t("result.membersNeeded") }]}
          >
            <Select
              mode="multiple"
              showSearch={{ optionFilterProp: "label" }}
              loading={roster.isPending}
              placeholder={t("result.membersSearch")}
              options={(roster.data ?? []).map((one) => ({
                value: one.id,
                label: `${one.name} ${one.number} ${className(one.grade, one.class_name)}`,
              }))}
            />
          </Form.Item>
          {members.length > 1 && (
            <Form.Item name="team_size" label={t("result.teamSize")} extra={t("result.teamSizeHint")}>
              <InputNumber min={members.length} max={100} precision={0} />
            </Form.Item>
          )}
          <AwardFields />
        </Card>
        <Card size="small" style={{ marginBottom: 16 }} title={<h2 style={{ margin: 0, fontSize: 16 }}>{t("result.evidence")}</h2>}>
          <Muted block style={{ marginTop: 0 }}>
            {t("result.evidenceLead")}
          </Muted>
          <UploadArea files={files} onChange={setFiles} {...EVIDENCE} maxFiles={8} camera />
        </Card>
        <Flex gap={12} justify="end">
          <Button onClick={() => void navigate(-1)}>{t("result.cancel")}</Button>
          <Button type="primary" size="large" htmlType="submit" loading={save.isPending}>
            {t("result.submit")}
          </Button>
        </Flex>
      </Form>
    </div>
  );
}
