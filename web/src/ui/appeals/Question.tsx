import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { possible } from "./possible";

const Ask = lazy(() => import("./Ask"));

interface Props {
  person: string;
  of: "participation" | "result";
  /** The participation or result. */
  id: string;
  state: string;
  /** When it was: what is still to come is not questioned. */
  at?: string;
  title: string;
}

/** Questions a line, or leads to the appeal that is open about it. */
export default function Question(props: Props) {
  const { t } = useTranslation("appeals");
  const [open, setOpen] = useState(false);
  const [now] = useState(() => Date.now());
  const { data } = useQuery({
    ...getQuery("/api/v1/appeals", { params: { query: { person: props.person, which: "open", limit: 200 } } }),
    staleTime: 60_000,
  });
  const asked = data?.items.find((one) => one.line.id === props.id);
  if (asked)
    return (
      <>
        {" · "}
        <Link to={`/appeals/${asked.id}`} style={{ textDecoration: "underline", whiteSpace: "nowrap" }}>{t("asked")}</Link>
      </>
    );
  if (possible(props.of, props.state).length === 0 || (props.at !== undefined && Date.parse(props.at) > now)) return null;
  return (
    <span className="kepu-no-print">
      {" · "}
      <Button type="link" size="small" style={{ padding: 0, height: "auto", fontSize: "inherit" }} aria-label={`${t("ask")}: ${props.title}`} onClick={() => setOpen(true)}>
        {t("ask")}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <Ask of={props.of} id={props.id} state={props.state} title={props.title} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </span>
  );
}
