import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Form, Radio, Select } from "antd";
import { useState } from "react";
import { api, call } from "@/api/client";
import { getQuery, useIdempotencyKey, useInvalidate, useMe } from "@/api/query";
import { rolesOf } from "@/app/roles";
import { useTranslation } from "@/i18n";
import { SchoolSelect } from "@/pages/district/pick";
import { useClassName } from "@/pages/school/words";
import { useOwnClasses, useOwnSchool } from "@/pages/teacher/school";
import { EmptyState } from "@/ui/EmptyState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { usePolicy } from "@/ui/score/policy";
import { PaperBatch, useClasses } from "./PaperBatch";
import { useStatable } from "./statable";
import { useSaid } from "./useSaid";

interface Wish {
  kind: "transcript" | "certificate";
  /** What certificates state: a value of [`useStatable`]. */
  what?: string;
  /** A class; the whole school if empty. */
  class_id?: string;
}

/** Transcripts and certificates of a class or of a whole school, made in the background: of the own school, or of any by officials. */
export function Component() {
  const { t } = useTranslation("credentials");
  const roles = rolesOf(useMe());
  const own = useOwnSchool();
  const [chosen, setChosen] = useState<string>();
  const official = roles.includes("district_official");
  const school = official ? (chosen ?? "") : own.id;
  const list = useQuery({
    ...getQuery("/api/v1/credential-batches", { params: { query: { limit: 20 } } }),
    refetchInterval: (query) => (query.state.data?.items.some((one) => one.state === "working") ? 1500 : false),
  });
  return (
    <div style={{ maxWidth: 860 }}>
      <PageTitle lead={t("papers.lead")}>{t("papers.title")}</PageTitle>
      <Card>
        {official && (
          <Form layout="vertical">
            <Form.Item label={t("papers.school")} htmlFor="papers-school">
              <SchoolSelect id="papers-school" label={t("papers.school")} placeholder={t("papers.chooseSchool")} value={chosen} onChange={setChosen} width={320} />
            </Form.Item>
          </Form>
        )}
        {!official && own.schools.length > 1 && (
          <Form layout="vertical">
            <Form.Item label={t("papers.school")} htmlFor="papers-school">
              <Select
                id="papers-school"
                style={{ maxWidth: 320 }}
                value={own.id}
                onChange={own.choose}
                options={own.schools.map((one) => ({ value: one.id, label: one.name }))}
              />
            </Form.Item>
          </Form>
        )}
        <Make key={school} school={school} whole={official || roles.includes("school_admin")} />
      </Card>
      <h2 style={{ fontSize: 18, margin: "24px 0 12px" }}>{t("papers.list")}</h2>
      <ProblemAlert error={list.error} retry={list.refetch} />
      {list.isPending && <PageSkeleton rows={3} />}
      {list.data?.items.length === 0 && <EmptyState title={t("papers.empty")} lead={t("papers.emptyLead")} />}
      <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12 }}>
        {list.data?.items.map((one) => (
          <li key={one.id}>
            <PaperBatch batch={one} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Make({ school, whole }: { school: string; whole: boolean }) {
  const { t } = useTranslation("credentials");
  const { message } = App.useApp();
  const className = useClassName();
  const invalidate = useInvalidate();
  const key = useIdempotencyKey();
  const { said } = useSaid();
  const classes = useClasses(school);
  const policy = usePolicy();
  const own = useOwnClasses();
  const statable = useStatable();
  const [form] = Form.useForm<Wish>();
  const kind = Form.useWatch("kind", form) ?? "transcript";
  const make = useMutation({
    mutationFn: (wish: Wish) =>
      call(
        api.POST("/api/v1/credential-batches", {
          params: { header: key.header },
          body: {
            kind: wish.kind,
            ...(wish.class_id ? { class_id: wish.class_id } : { school_id: school }),
            ...(wish.kind === "certificate" ? statable.wanted(wish.what) : policy.query),
          },
        }),
      ),
    onSuccess: async () => {
      key.renew();
      message.success(t("papers.begun"));
      await invalidate("/api/v1/credential-batches");
    },
  });
  // The classes that a teacher has marked as the own ones come first.
  const shown = (classes.data?.items ?? []).toSorted((a, b) => Number(own.ids.includes(b.id)) - Number(own.ids.includes(a.id)));
  return (
    <>
      <ProblemAlert error={said(make.error)} />
      <ProblemAlert error={statable.error} />
      <Form<Wish>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ kind: "transcript", ...(whole && { class_id: "" }) }}
        onFinish={(wish) => make.mutate(wish)}
      >
        <Form.Item name="kind" label={t("papers.kind")}>
          <Radio.Group
            options={[
              { value: "transcript", label: t("kind.transcript") },
              { value: "certificate", label: t("kind.certificate") },
            ]}
          />
        </Form.Item>
        {kind === "certificate" && (
          <Form.Item name="what" label={t("mine.what")} extra={t("papers.whatHelp")} rules={[{ required: true, message: t("papers.chooseWhat") }]}>
            <Select
              showSearch={{ optionFilterProp: "label" }}
              style={{ maxWidth: 420 }}
              loading={statable.pending}
              placeholder={t("papers.chooseWhat")}
              options={statable.options}
            />
          </Form.Item>
        )}
        <Form.Item name="class_id" label={t("papers.whom")} {...(!whole && { rules: [{ required: true, message: t("papers.chooseClass") }] })}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            style={{ maxWidth: 320 }}
            loading={school !== "" && classes.isPending}
            placeholder={t("papers.chooseClass")}
            options={[
              ...(whole ? [{ value: "", label: t("papers.wholeSchool") }] : []),
              ...shown.map((one) => ({ value: one.id, label: className(one.grade, one.name) })),
            ]}
          />
        </Form.Item>
        {kind === "transcript" && policy.choice}
        <Button type="primary" htmlType="submit" loading={make.isPending} disabled={school === "" || !policy.ready}>
          {t("papers.make")}
        </Button>
      </Form>
    </>
  );
}
