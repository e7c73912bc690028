import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";

const Ask = lazy(() => import("./Ask"));

interface Props {
  person: string;
  of: "participation" | "result";
  /** The participation or result. */
  id: string;
  title: string;
}

/** Questions a line, if the service says that it can be, or leads to the appeal that is open about it. */
export default function Question(props: Props) {
  const { t } = useTranslation("appeals");
  const [open, setOpen] = useState(false);
  const { data } = useQuery({
    ...getQuery("/api/v1/appeals", { params: { query: { person: props.person, which: "open", limit: 200 } } }),
    staleTime: 60_000,
  });
  const { data: lines } = useQuery({ ...getQuery("/api/v1/appeals/lines", { params: { query: { person: props.person } } }), staleTime: 60_000 });
  const line = lines?.items.find((one) => one.line_id === props.id && one.line_kind === props.of);
  const asked = data?.items.find((one) => one.line.id === props.id);
  if (asked)
    return (
      <>
        {" · "}
        <Link to={`/appeals/${asked.id}`} style={{ textDecoration: "underline", whiteSpace: "nowrap" }}>{t("asked")}</Link>
      </>
    );
  if (!line) return null;
  return (
    <span className="kepu-no-print">
      {" · "}
      <Button type="link" size="small" style={{ padding: 0, height: "auto", fontSize: "inherit" }} aria-label={`${t("ask")}: ${props.title}`} onClick={() => setOpen(true)}>
        {t("ask")}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <Ask line={line} title={props.title} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </span>
  );
}
