import { DownloadOutlined } from "@ant-design/icons";
import { App, Button, Card, DatePicker, Flex, Form, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useEffect, useRef, useState } from "react";
import { useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { SchoolSelect } from "@/pages/district/pick";
import { download } from "@/ui/csv";
import { Muted } from "@/ui/Muted";
import { useProblemText } from "@/ui/problems";
import { useSaveFile } from "@/ui/saveFile";
import { today } from "@/ui/time";
import { readStatements } from "./statements";

/** What can be taken along: of the whole district by its officials, of a school by those who run it. */
export function Exports({ official }: { official: boolean }) {
  const { t } = useTranslation("connections");
  const named = useNamed();
  const schools = useMe().grants.filter((grant) => grant.role === "school_admin" && grant.organization_id);
  const [school, setSchool] = useState<string | undefined>(official ? undefined : (schools[0]?.organization_id ?? undefined));
  return (
    <>
      <Form layout="vertical">
        <Form.Item label={t("exports.scope")} htmlFor="export-scope" style={{ maxWidth: 320 }}>
          {official ? (
            <SchoolSelect id="export-scope" value={school} onChange={setSchool} placeholder={t("exports.whole")} label={t("exports.scope")} width={320} />
          ) : (
            <Select
              id="export-scope"
              value={school ?? null}
              onChange={setSchool}
              options={schools.map((grant) => ({ value: grant.organization_id ?? "", label: named(grant.scope_name_zh, grant.scope_name_en) }))}
            />
          )}
        </Form.Item>
      </Form>
      <div style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 340px), 1fr))" }}>
        <Roster school={school} />
        <Statements key={school ?? "all"} school={school} />
      </div>
    </>
  );
}

function Roster({ school }: { school: string | undefined }) {
  const { t } = useTranslation("connections");
  const { busy, save } = useSaveFile();
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("exports.oneroster.title")}</h2>}>
      <p style={{ marginTop: 0 }}>{t("exports.oneroster.lead")}</p>
      <p>
        <Muted>{t("exports.oneroster.holds")}</Muted>
      </p>
      <Button type="primary" icon={<DownloadOutlined aria-hidden />} loading={busy} onClick={() => void save(`/api/v1/exports/oneroster.zip${school ? `?school=${school}` : ""}`, "oneroster")}>
        {t("exports.oneroster.get")}
      </Button>
    </Card>
  );
}

function Statements({ school }: { school: string | undefined }) {
  const { t } = useTranslation("connections");
  const { message } = App.useApp();
  const say = useProblemText();
  const [from, setFrom] = useState<Dayjs | null>(null);
  const [to, setTo] = useState<Dayjs | null>(null);
  const [read, setRead] = useState<number>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const day = (value: Dayjs | null) => value?.format("YYYY-MM-DD");
  const get = async () => {
    const asked = new AbortController();
    stop.current = asked;
    setRead(0);
    try {
      const all = await readStatements({ school, from: day(from), to: day(to) }, setRead, asked.signal);
      if (all.length === 0) {
        message.info(t("exports.xapi.nothing"));
        return;
      }
      download(`xapi-${today()}.json`, new Blob([JSON.stringify(all)], { type: "application/json" }));
      message.success(t("exports.xapi.done", { count: all.length }));
    } catch (error) {
      if (!asked.signal.aborted) message.error(say.whole(error));
    } finally {
      setRead(undefined);
    }
  };
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 17 }}>{t("exports.xapi.title")}</h2>}>
      <p style={{ marginTop: 0 }}>{t("exports.xapi.lead")}</p>
      <p>
        <Muted>{t("exports.xapi.holds")}</Muted>
      </p>
      <Flex gap={12} wrap align="end" style={{ marginBottom: 16 }}>
        <label>
          <div>{t("exports.xapi.from")}</div>
          <DatePicker value={from} onChange={setFrom} {...(to && { maxDate: to })} />
        </label>
        <label>
          <div>{t("exports.xapi.to")}</div>
          <DatePicker value={to} onChange={setTo} {...(from && { minDate: from })} />
        </label>
      </Flex>
      <Flex gap={12} wrap align="center">
        <Button type="primary" icon={<DownloadOutlined aria-hidden />} loading={read !== undefined} onClick={() => void get()}>
          {t("exports.xapi.get")}
        </Button>
        {read !== undefined && (
          <>
            <span role="status">{t("exports.xapi.read", { count: read })}</span>
            <Button onClick={() => stop.current?.abort()}>{t("exports.xapi.stop")}</Button>
          </>
        )}
      </Flex>
    </Card>
  );
}
