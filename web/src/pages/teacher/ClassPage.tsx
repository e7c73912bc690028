import { CheckSquareOutlined, PrinterOutlined, QrcodeOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Segmented, Tag } from "antd";
import { useTranslation } from "@/i18n";
import { useNavigate, useParams } from "react-router";
import { getQuery, useMe } from "@/api/query";
import { rolesOf } from "@/app/roles";
import { usePhone } from "@/app/theme";
import { useLanguage } from "@/i18n/useText";
import { Bar } from "@/ui/Bar";
import { Credit } from "@/ui/Credit";
import { WideTable } from "@/ui/WideTable";
import { download, toCsv } from "@/ui/csv";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { useClassName } from "@/ui/names";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { PersonLink } from "@/ui/PersonLink";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useSaveFile } from "@/ui/saveFile";
import { usePolicy } from "@/ui/score/policy";
import { today } from "@/ui/time";
import { useAddress } from "@/ui/useAddress";
import { byNeed, meetsAll, type Requirement, requirementsOf, shareOf } from "./requirement";
import { classScoresQuery, membersQuery, type Person, type Summary } from "./school";
import { StudentBars } from "./StudentBars";

interface Row {
  person: Person;
  score?: Summary;
}

/** A class: each pupil's credit, level and requirements. */
export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("teacher");
  const { t: common } = useTranslation();
  const { lang } = useLanguage();
  const className = useClassName();
  const phone = usePhone();
  const navigate = useNavigate();
  const roles = rolesOf(useMe());
  const [address, setAddress] = useAddress("show", "as");
  const passes = useSaveFile();
  const members = useQuery(membersQuery(id));
  const policy = usePolicy();
  const scores = useQuery(classScoresQuery(id, policy));
  const report = useQuery({
    ...getQuery("/api/v1/reports/credits", { params: { query: { level: "class", class: id, group: "requirement", ...policy.query, lang } } }),
    enabled: policy.ready,
  });
  const error = members.error ?? scores.error;
  if (error) return <ProblemAlert error={error} retry={() => void Promise.all([members.refetch(), scores.refetch()])} />;
  if (!members.data || !scores.data) return <PageSkeleton rows={14} />;

  const titles = Object.fromEntries((report.data?.requirements ?? []).map((one) => [one.id, one.title]));
  const byPerson = new Map(scores.data.map((one) => [one.person_id, one]));
  const all: Row[] = members.data.map((person) => {
    const score = byPerson.get(person.id);
    return { person, ...(score && { score }) };
  });
  const judged = all.filter((row) => row.score && meetsAll(row.score) !== undefined);
  const short = judged.filter((row) => row.score && !meetsAll(row.score));
  const shown = address.show === "short" ? short.toSorted((a, b) => (a.score && b.score ? byNeed(a.score, b.score) : 0)) : all;
  const [first] = members.data;
  const name = className(first?.grade, first?.class_name) || t("class.title");
  const ids = [...new Set(scores.data.flatMap((one) => requirementsOf(one).map((requirement) => requirement.id)))];
  const mayRecord = roles.some((role) => role === "teacher" || role === "school_admin");

  const words = (one: Requirement | undefined) =>
    one === undefined ? "" : one.met ? common("score.met") : t("bars.short", { short: one.shortfall ?? one.missing[0]?.short ?? "" });
  const save = () => {
    const head = [t("record.number"), t("record.person"), common("score.total"), t("class.level"), ...ids.map((one) => titles[one] ?? one)];
    const lines = shown.map(({ person, score }) => [
      person.number,
      person.name,
      score?.total ?? "",
      score ? outputWords(score) : "",
      ...ids.map((one) => words(score && requirementsOf(score).find((requirement) => requirement.id === one))),
    ]);
    download(`${name}-${today()}.csv`, new Blob([toCsv([head, ...lines])], { type: "text/csv;charset=utf-8" }));
  };

  return (
    <>
      <PageTitle
        before={policy.meant?.illustrative && <Tag color="warning">{common("score.illustrative")}</Tag>}
        lead={
          <>
            {first?.school_name_zh} · {t("home.persons", { count: all.length })}
            {judged.length > 0 && ` · ${t("home.metOf", { met: judged.length - short.length, all: judged.length })}`}
          </>
        }
        actions={
          <>
            {policy.choice}
            {mayRecord && (
              <Button type="primary" icon={<CheckSquareOutlined />} onClick={() => void navigate("/teacher/record")}>
                {t("menu.record")}
              </Button>
            )}
            {mayRecord && (
              <Button
                icon={<QrcodeOutlined />}
                loading={passes.busy}
                onClick={() => void passes.save(`/api/v1/classes/${id}/passes.pdf`, t("class.passes"))}
              >
                {t("class.passes")}
              </Button>
            )}
            {mayRecord && (
              <Button onClick={() => void navigate(`/school/report/ready/requirements?class=${id}&school=${first?.school_id ?? ""}`)}>
                {t("class.ready")}
              </Button>
            )}
            <Button onClick={save}>{common("table.exportCsv")}</Button>
            <Button icon={<PrinterOutlined />} onClick={() => print()}>
              {common("action.print")}
            </Button>
          </>
        }
      >
        {name}
      </PageTitle>
      <Flex gap={12} wrap className="kepu-no-print" style={{ marginBottom: 14 }}>
        <Segmented
          aria-label={t("class.show")}
          value={address.show === "short" ? "short" : "all"}
          onChange={(next) => setAddress({ show: next === "short" ? next : undefined })}
          options={[
            { value: "all", label: t("class.everybody", { count: all.length }) },
            { value: "short", label: t("class.short", { count: short.length }) },
          ]}
        />
        <Segmented
          aria-label={t("class.as")}
          value={address.as === "bars" ? "bars" : "table"}
          onChange={(next) => setAddress({ as: next === "bars" ? next : undefined })}
          options={[
            { value: "table", label: t("class.table") },
            { value: "bars", label: t("class.bars") },
          ]}
        />
      </Flex>
      {all.length === 0 && <EmptyState title={t("class.empty")} lead={t("record.noClassesLead")} />}
      {all.length > 0 && shown.length === 0 && <EmptyState title={t("home.allMet")} />}
      {shown.length > 0 && address.as === "bars" && (
        <Card size="small">
          <StudentBars key={address.show ?? ""} scores={shown.flatMap(({ score }) => (score ? [score] : []))} titles={titles} />
        </Card>
      )}
      {shown.length > 0 && address.as !== "bars" && (
        <WideTable<Row>
          size="middle"
          aria-label={name}
          rowKey={({ person }) => person.id}
          dataSource={shown}
          pagination={false}
          columns={[
            {
              title: t("record.person"),
              key: "person",
              ...(!phone && { fixed: "left" as const }),
              sorter: (a, b) => a.person.number.localeCompare(b.person.number),
              render: (_, { person }) => <PersonLink id={person.id} name={person.name} number={person.number} />,
            },
            {
              title: common("score.total"),
              key: "total",
              align: "right",
              // For the order alone.
              sorter: (a, b) => Number(a.score?.total ?? 0) - Number(b.score?.total ?? 0),
              render: (_, { score }) => <Credit value={score?.total} />,
            },
            {
              title: t("class.level"),
              key: "level",
              render: (_, { score }) => score && outputWords(score),
            },
            ...ids.map((one) => ({
              title: titles[one] ?? one,
              key: one,
              width: 230,
              render: (_: unknown, { score }: Row) => {
                const requirement = score && requirementsOf(score).find((each) => each.id === one);
                if (!score?.eligible || !requirement) return <Muted>{t("home.notJudged")}</Muted>;
                return (
                  <div style={{ minWidth: 160 }}>
                    <Bar share={shareOf(requirement)} label={`${titles[one] ?? one}: ${words(requirement)}`} />
                    <span style={{ fontSize: 13.5 }}>{words(requirement)}</span>
                  </div>
                );
              },
            })),
          ]}
        />
      )}
    </>
  );
}

function outputWords(score: Summary): string {
  return [...new Set(Object.values(score.outputs as Record<string, unknown>).map(String))].join(" · ");
}
