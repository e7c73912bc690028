import { CloudUploadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { lazy, Suspense, useState } from "react";
import { meQuery } from "@/api/query";
import { outbox } from "@/door/shared";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { formatTime } from "@/ui/time";
import { useOutbox } from "./useDoor";

const SignInForm = lazy(() => import("@/pages/account/SignInForm").then((file) => ({ default: file.SignInForm })));

/** How many scans wait, whether they get through, and a button to try now. */
export function OutboxBar({ waiting, files = 0 }: { waiting: number; files?: number }) {
  const { t } = useTranslation("door");
  const { language } = useLanguage();
  const { busy, trouble, lastSent } = useOutbox();
  const [signingIn, setSigningIn] = useState(false);
  return (
    <div className="kepu-door-outbox" data-waiting={waiting}>
      <strong role="status">{waiting === 0 ? t("page.allSent") : t("page.waiting", { count: waiting })}</strong>
      {files > 0 && <span>{t("carry.waits", { count: files })}</span>}
      {lastSent !== undefined && (
        <Muted>{t("page.lastSent", { time: formatTime(new Date(lastSent).toISOString(), "time", language) })}</Muted>
      )}
      <span style={{ flex: 1 }} />
      {trouble === "signed_out" && (
        <Button type="primary" onClick={() => setSigningIn(true)}>
          {t("page.signIn")}
        </Button>
      )}
      <Button icon={<CloudUploadOutlined aria-hidden />} loading={busy} onClick={() => void outbox.flush(true, true)}>
        {t("page.send")}
      </Button>
      {trouble !== undefined && (waiting > 0 || files > 0 || trouble !== "network") && (
        <span style={{ flexBasis: "100%" }}>{t(`page.trouble.${trouble}`)}</span>
      )}
      {signingIn && <SignIn onClose={() => setSigningIn(false)} />}
    </div>
  );
}

/** In a window of its own, that can be put away: the gate goes on without it. */
function SignIn({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("door");
  const client = useQueryClient();
  return (
    <Modal open title={t("page.signIn")} footer={null} onCancel={onClose}>
      <Suspense>
        <SignInForm
          onSignedIn={() => {
            void client.invalidateQueries(meQuery);
            void outbox.flush(true);
            onClose();
          }}
        />
      </Suspense>
    </Modal>
  );
}
