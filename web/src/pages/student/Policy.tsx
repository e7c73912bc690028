import { useQuery } from "@tanstack/react-query";
import { Card } from "antd";
import { getQuery } from "@/api/query";
import { useLanguage, useNamed } from "@/i18n/useText";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";

/** The rules by which the credits were counted, in sentences. */
export default function Policy({ id }: { id: string }) {
  const { lang } = useLanguage();
  const named = useNamed();
  const { data, error, refetch } = useQuery({
    ...getQuery("/api/v1/policies/{id}", { params: { path: { id } } }),
    staleTime: 60 * 60_000,
  });
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data) return <PageSkeleton rows={14} />;
  const sentences = (lang === "en" ? data.sentences_en : data.sentences_zh).slice(1);
  return (
    <Card size="small" title={<h2 style={{ margin: 0, fontSize: 16 }}>{named(data.title_zh, data.title_en)}</h2>}>
      {sentences.map((sentence, at) => {
        const head = /^[【[](.*)[】\]]$/.exec(sentence)?.[1];
        // Sentences have no names, and never change places.
        // oxlint-disable-next-line react/no-array-index-key
        if (head) return <h3 key={at} style={{ fontSize: 15.5, margin: "16px 0 6px" }}>{head}</h3>;
        return (
          // oxlint-disable-next-line react/no-array-index-key
          <p key={at} style={{ margin: "0 0 6px", paddingInlineStart: sentence.startsWith("  ") ? 24 : 0 }}>
            {sentence.trim()}
          </p>
        );
      })}
    </Card>
  );
}
