import { Modal, QRCode } from "antd";
import { useEffect, useState } from "react";
import type { Door } from "@/door/door";
import { attendUrl } from "@/door/rotatingCode";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";

/** The code of the session, new every half minute from the secret that is kept here: no network is needed. */
export default function CodeScreen({ door, onClose }: { door: Door; onClose: () => void }) {
  const { t } = useTranslation("door");
  const [now, setNow] = useState(() => door.time());
  useEffect(() => {
    const timer = setInterval(() => setNow(door.time()), 500);
    return () => clearInterval(timer);
  }, [door]);
  const source = door.known.code;
  const step = (source?.stepSeconds ?? 30) * 1000;
  const left = Math.ceil((step - (now % step)) / 1000);
  const size = Math.min(520, Math.max(220, Math.min(innerWidth - 88, innerHeight - 320)));
  return (
    <Modal open onCancel={onClose} footer={null} title={t("rotating.title")} width={Math.max(size + 48, 320)} centered>
      <div className="kepu-door-code">
        {source ? (
          <>
            {/* Black on white by night too: cameras read it better than the other way round. */}
            <div role="img" aria-label={t("rotating.label")} data-code={attendUrl(location.origin, source, now)}>
              <QRCode value={attendUrl(location.origin, source, now)} size={size} type="svg" errorLevel="L" color="#000" bgColor="#fff" />
            </div>
            <strong className="kepu-numbers" style={{ fontSize: 18 }}>
              {t("rotating.left", { count: left })}
            </strong>
            <Muted>{t("rotating.lead")}</Muted>
          </>
        ) : (
          <Muted>{t("rotating.none")}</Muted>
        )}
      </div>
    </Modal>
  );
}
