import { Alert, Skeleton } from "antd";
import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
// The legacy build also runs in browsers that are some years old. Vite gives the address of the worker.
// oxlint-disable-next-line import/default
import worker from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

GlobalWorkerOptions.workerSrc = worker;
const MOST_PAGES = 20;

/** A PDF drawn page by page in the page itself: no plugin, and the policy of the pages allows no frames. */
export default function Pdf({ file, zoom, name }: { file: Blob; zoom: number; name: string }) {
  const { t } = useTranslation("district");
  const [opened, setOpened] = useState<PDFDocumentProxy>();
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    let gone = false;
    let task: ReturnType<typeof getDocument> | undefined;
    const open = async () => {
      try {
        task = getDocument({ data: new Uint8Array(await file.arrayBuffer()), isEvalSupported: false, enableXfa: false });
        const made = await task.promise;
        if (!gone) setOpened(made);
      } catch {
        if (!gone) setBroken(true);
      }
    };
    void open();
    return () => {
      gone = true;
      void task?.destroy();
    };
  }, [file]);
  if (broken) return <Alert type="warning" showIcon title={t("evidence.broken")} />;
  if (!opened) return <Skeleton active paragraph={{ rows: 8 }} />;
  const pages = Math.min(opened.numPages, MOST_PAGES);
  return (
    <>
      {Array.from({ length: pages }, (_, index) => (
        <Page key={index + 1} opened={opened} number={index + 1} zoom={zoom} label={t("evidence.page", { name, page: index + 1, pages: opened.numPages })} />
      ))}
      {opened.numPages > pages && <Alert type="info" title={t("evidence.morePages", { pages })} />}
    </>
  );
}

function Page({ opened, number, zoom, label }: { opened: PDFDocumentProxy; number: number; zoom: number; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let drawing: { cancel: () => void; promise: Promise<void> } | undefined;
    let gone = false;
    const draw = async () => {
      const page = await opened.getPage(number);
      if (gone || !canvas.current) return;
      const wide = canvas.current.parentElement?.clientWidth ?? 800;
      const natural = page.getViewport({ scale: 1 }).width;
      const viewport = page.getViewport({ scale: (wide / natural) * zoom * Math.min(devicePixelRatio, 2) });
      canvas.current.width = Math.floor(viewport.width);
      canvas.current.height = Math.floor(viewport.height);
      drawing = page.render({ canvas: canvas.current, viewport });
      await drawing.promise.catch(() => undefined);
    };
    void draw();
    return () => {
      gone = true;
      drawing?.cancel();
    };
  }, [opened, number, zoom]);
  return <canvas ref={canvas} role="img" aria-label={label} style={{ width: `${zoom * 100}%`, display: "block", marginBottom: 8, background: "#fff" }} />;
}
