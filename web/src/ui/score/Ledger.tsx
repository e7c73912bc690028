import { SafetyCertificateOutlined } from "@ant-design/icons";
import { Button, theme } from "antd";
import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { type Column, DataTable } from "../DataTable";
import { DateTime } from "../DateTime";
import { EmptyState } from "../EmptyState";
import { Muted } from "../Muted";
import { useSaveFile } from "../saveFile";
import { type Line, useCategory } from "./words";

type Entry = Schemas["LedgerEntry"];

/** Every change of a person's credit, first to last; nothing in it is ever changed afterwards. */
export function Ledger({ person, lines }: { person: string; lines: readonly Line[] }) {
  const { t } = useTranslation();
  const { t: student } = useTranslation("student");
  const text = useText();
  const named = useNamed();
  const category = useCategory();
  const { token } = theme.useToken();
  const byId = new Map(lines.map((line) => [line.record_id, line]));
  const title = (entry: Entry) => {
    const line = byId.get(entry.record_id);
    return line ? named(line.title_zh, line.title_en) : t("score.otherRecord");
  };
  const cause = (entry: Entry) => text(`common:score.cause.${entry.cause}`, {}, entry.cause);
  const columns: Column<Entry>[] = [
    { key: "at", title: t("score.at"), render: (entry) => <DateTime value={entry.at} />, csv: (entry) => entry.at },
    {
      key: "amount",
      title: t("score.change"),
      align: "right",
      render: (entry) => (
        <strong className="kepu-numbers" style={{ color: entry.amount.startsWith("-") ? token.colorError : token.colorSuccess }}>
          {entry.amount.startsWith("-") ? entry.amount : `+${entry.amount}`}
        </strong>
      ),
      csv: (entry) => entry.amount,
    },
    {
      key: "record",
      title: t("score.what"),
      render: (entry) => (
        <span>
          {title(entry)}
          <Muted block style={{ margin: 0, fontSize: 13 }}>
            <DateTime value={entry.on_day} style="date" />
          </Muted>
        </span>
      ),
      csv: title,
    },
    {
      key: "cause",
      title: t("score.causeTitle"),
      render: (entry) => (entry.corrects ? `${cause(entry)} (${t("score.corrects")})` : cause(entry)),
      csv: cause,
    },
    { key: "category", title: t("score.categoryTitle"), render: (entry) => category(entry.category), csv: (entry) => entry.category },
    { key: "day", title: t("score.day"), render: (entry) => <DateTime value={entry.on_day} style="date" />, csv: (entry) => entry.on_day, hidden: true },
    { key: "proof", title: student("credits.proofOf"), render: (entry) => <Proof person={person} entry={entry} what={title(entry)} /> },
  ];
  return (
    <DataTable
      name="ledger"
      label={t("score.ledger")}
      prefix="l-"
      source={(page) => getQuery("/api/v1/persons/{id}/ledger", { params: { path: { id: person }, query: page } })}
      columns={columns}
      rowKey={(entry) => entry.id}
      empty={<EmptyState title={t("score.ledgerEmpty")} />}
    />
  );
}

/** The proof of one entry, a file of its own. */
function Proof({ person, entry, what }: { person: string; entry: Entry; what: string }) {
  const { t } = useTranslation("student");
  const { busy, save } = useSaveFile();
  return (
    <Button
      className="kepu-no-print"
      type="text"
      icon={<SafetyCertificateOutlined />}
      loading={busy}
      aria-label={t("credits.proofOne", { day: entry.on_day, what, amount: entry.amount })}
      onClick={() => save(`/api/v1/persons/${person}/ledger/proof?entry=${entry.id}`, "credit.tlog-proof")}
    />
  );
}
