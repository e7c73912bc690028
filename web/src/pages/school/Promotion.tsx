import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, DatePicker, Flex, Form, Modal, Result, Select, Statistic, Tag } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { api, call, type Schemas } from "@/api/client";
import type { FieldError } from "@/api/problem";
import { getQuery, useInvalidate } from "@/api/query";
import { useText } from "@/i18n/useText";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { WideTable } from "@/ui/WideTable";
import { applyProblemToForm, useProblemText } from "@/ui/problems";
import { GRADES } from "./Classes";
import { useSchool } from "./useSchool";
import { useClassName, useSchoolYear } from "./words";

interface Values {
  from_school_year: number;
  effective_on: Dayjs;
  top_grade: number | "";
}
type Plan = Schemas["PromotionView"];

export function Component() {
  const { t } = useTranslation("school");
  const { id } = useSchool();
  const { data, error, refetch } = useQuery(getQuery("/api/v1/classes", { params: { query: { school: id, limit: 500 } } }));
  const years = [...new Set(data?.items.filter((one) => one.persons > 0).map((one) => one.school_year))];
  return (
    <>
      <PageTitle lead={t("promotion.lead")}>{t("promotion.title")}</PageTitle>
      <ProblemAlert error={error} retry={refetch} />
      {!data && !error && <PageSkeleton />}
      {data && years.length === 0 && <Alert type="info" showIcon title={t("promotion.none")} />}
      {data && years.length > 0 && <Promote years={years} />}
    </>
  );
}

function Promote({ years }: { years: number[] }) {
  const { t } = useTranslation("school");
  const { t: common } = useTranslation();
  const text = useText();
  const say = useProblemText();
  const yearName = useSchoolYear();
  const school = useSchool();
  const navigate = useNavigate();
  const invalidate = useInvalidate();
  const [form] = Form.useForm<Values>();
  const [sure, setSure] = useState(false);
  const [unplaced, setUnplaced] = useState<{ error: unknown; rest: FieldError[] }>();

  const promote = useMutation({
    mutationFn: ({ values, dry_run }: { values: Values; dry_run: boolean }) =>
      call(
        api.POST("/api/v1/classes/promote", {
          body: {
            school: school.id,
            from_school_year: values.from_school_year,
            effective_on: values.effective_on.format("YYYY-MM-DD"),
            ...(values.top_grade !== "" && { top_grade: values.top_grade }),
            dry_run,
          },
        }),
      ),
    onMutate: () => setUnplaced(undefined),
    onSuccess: async (plan) => {
      if (plan.dry_run) return;
      setSure(false);
      await invalidate("/api/v1/classes", "/api/v1/persons");
    },
    onError: (error) => {
      setSure(false);
      const { placed, rest } = applyProblemToForm(form, error, say.field);
      if (placed === 0 || rest.length > 0) setUnplaced({ error, rest });
    },
  });
  // What was previewed, as long as the form says the same.
  const shown = promote.data;
  const first = years[0] ?? 0;

  if (shown && !shown.dry_run)
    return (
      <Result
        status="success"
        title={t("promotion.done", { year: yearName(shown.to_school_year) })}
        subTitle={t("promotion.summary", { promoted: shown.promoted, left: shown.left })}
        extra={
          <Button type="primary" onClick={() => navigate("/school/classes")}>
            {t("import.seeClasses")}
          </Button>
        }
      />
    );
  return (
    <Flex vertical gap={16}>
      <Card>
        {unplaced && <ProblemAlert {...unplaced} />}
        <Form<Values>
          form={form}
          layout="vertical"
          requiredMark={false}
          initialValues={{ from_school_year: first, effective_on: dayjs(`${first + 1}-09-01`), top_grade: "" }}
          onValuesChange={(changed: Partial<Values>) => {
            promote.reset();
            if (changed.from_school_year !== undefined)
              form.setFieldValue("effective_on", dayjs(`${changed.from_school_year + 1}-09-01`));
          }}
          onFinish={(values) => promote.mutate({ values, dry_run: true })}
        >
          <Flex gap={16} wrap>
            <Form.Item name="from_school_year" label={t("promotion.from")}>
              <Select style={{ width: 220 }} options={years.map((value) => ({ value, label: yearName(value) }))} />
            </Form.Item>
            <Form.Item
              name="effective_on"
              label={t("promotion.effective")}
              rules={[{ required: true, message: t("required") }]}
            >
              <DatePicker allowClear={false} style={{ width: 180 }} />
            </Form.Item>
            <Form.Item name="top_grade" label={t("promotion.top")} extra={t("promotion.topHelp")}>
              <Select
                style={{ width: 220 }}
                options={[
                  { value: "", label: t("promotion.topUsual") },
                  ...GRADES.map((value) => ({ value, label: text(`common:grade.${value}`) })),
                ]}
              />
            </Form.Item>
          </Flex>
          <Button type={shown ? "default" : "primary"} htmlType="submit" loading={promote.isPending && !sure}>
            {t("promotion.preview")}
          </Button>
        </Form>
      </Card>
      {shown && (
        <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("promotion.planned", { year: yearName(shown.to_school_year) })}</h2>}>
          <Flex gap={32} wrap style={{ marginBottom: 16 }}>
            <Statistic title={t("promotion.promoted")} value={shown.promoted} />
            <Statistic title={t("promotion.left")} value={shown.left} />
          </Flex>
          <PlanTable plan={shown} />
          <Flex justify="end" style={{ marginTop: 16 }}>
            <Button type="primary" onClick={() => setSure(true)}>
              {t("promotion.go")}
            </Button>
          </Flex>
        </Card>
      )}
      <Modal
        open={sure}
        title={t("promotion.sure")}
        okText={t("promotion.go")}
        cancelText={common("action.cancel")}
        confirmLoading={promote.isPending}
        onCancel={() => setSure(false)}
        onOk={() => promote.mutate({ values: form.getFieldsValue(), dry_run: false })}
      >
        {shown && (
          <>
            <p>{t("promotion.summary", { promoted: shown.promoted, left: shown.left })}</p>
            <p>{t("promotion.cannotUndo")}</p>
          </>
        )}
      </Modal>
    </Flex>
  );
}

function PlanTable({ plan }: { plan: Plan }) {
  const { t } = useTranslation("school");
  const className = useClassName();
  return (
    <WideTable<Plan["classes"][number]>
      size="middle"
      aria-label={t("promotion.title")}
      rowKey="class_id"
      dataSource={plan.classes}
      pagination={false}
      columns={[
        { title: t("promotion.class"), key: "class", render: (_, row) => className(row.grade, row.name) },
        { title: t("classes.persons"), dataIndex: "persons", align: "right" },
        {
          title: t("promotion.becomes"),
          key: "to",
          render: (_, row) =>
            row.leaves ? <Tag color="warning">{t("promotion.leaves")}</Tag> : className(row.to_grade, row.name),
        },
      ]}
    />
  );
}
