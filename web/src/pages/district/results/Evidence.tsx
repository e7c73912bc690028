import { DownloadOutlined, ZoomInOutlined, ZoomOutOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Skeleton, Tabs } from "antd";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";
import { kepuFetch } from "@/api/fetch";
import { problemOf } from "@/api/problem";
import type { Schemas } from "@/api/client";
import { download } from "@/ui/csv";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { fileSize } from "@/ui/UploadArea";

const Pdf = lazy(() => import("./Pdf"));
const SHOWN = ["image/png", "image/jpeg", "image/webp", "image/avif"];

/** The files of a result, seen in place. Each file is read once; the service notes who read it. */
export function Evidence({ result, files }: { result: string; files: Schemas["EvidenceView"][] }) {
  const { t } = useTranslation("district");
  const [first] = files;
  if (!first)
    return (
      <Card>
        <EmptyState title={t("evidence.none")} lead={t("evidence.noneLead")} />
      </Card>
    );
  if (files.length === 1) return <One result={result} file={first} />;
  return (
    <Tabs
      items={files.map((file, index) => ({
        key: file.id,
        label: t("evidence.number", { number: index + 1, name: file.file_name }),
        children: <One result={result} file={file} />,
      }))}
    />
  );
}

function One({ result, file }: { result: string; file: Schemas["EvidenceView"] }) {
  const { t } = useTranslation("district");
  const [zoom, setZoom] = useState(1);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["evidence", result, file.id],
    queryFn: async ({ signal }) => {
      const address = new URL(`/api/v1/results/${result}/evidence/${file.id}`, location.origin);
      const response = await kepuFetch(new Request(address, { signal }));
      if (!response.ok) throw await problemOf(response);
      return response.blob();
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const image = SHOWN.includes(file.media_type);
  const pdf = file.media_type === "application/pdf";
  const address = useMemo(() => (data && image ? URL.createObjectURL(data) : undefined), [data, image]);
  useEffect(() => () => (address ? URL.revokeObjectURL(address) : undefined), [address]);

  return (
    <Card
      size="small"
      title={
        <span>
          {file.file_name} <Muted style={{ fontWeight: 400 }}>{fileSize(file.bytes)}</Muted>
        </span>
      }
      extra={
        <Flex gap={4}>
          {(image || pdf) && (
            <>
              <Button size="small" icon={<ZoomOutOutlined />} aria-label={t("evidence.smaller")} disabled={zoom <= 0.5} onClick={() => setZoom(zoom - 0.25)} />
              <Button size="small" icon={<ZoomInOutlined />} aria-label={t("evidence.larger")} disabled={zoom >= 3} onClick={() => setZoom(zoom + 0.25)} />
            </>
          )}
          <Button size="small" icon={<DownloadOutlined />} aria-label={t("evidence.download", { name: file.file_name })} disabled={!data} onClick={() => data && download(file.file_name, data)} />
        </Flex>
      }
      styles={{ body: { padding: 8 } }}
    >
      <ProblemAlert error={error} retry={refetch} />
      {isPending && !error && <Skeleton active paragraph={{ rows: 8 }} />}
      {data && !image && !pdf && <Alert type="info" showIcon title={t("evidence.cannotShow", { type: file.media_type })} />}
      {(image || pdf) && data && (
        <section
          aria-label={file.file_name}
          // Scrolled by keyboard too.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          style={{ overflow: "auto", maxHeight: "75vh", textAlign: "center" }}
        >
          {address && <img src={address} alt={t("evidence.alt", { name: file.file_name })} style={{ width: `${zoom * 100}%`, height: "auto" }} />}
          {pdf && (
            <Suspense fallback={<Skeleton active paragraph={{ rows: 8 }} />}>
              <Pdf file={data} zoom={zoom} name={file.file_name} />
            </Suspense>
          )}
        </section>
      )}
    </Card>
  );
}
