import { BulbOutlined, CameraOutlined, StopOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { type Camera, openCamera } from "@/door/camera";
import { unlockSound } from "@/door/feedback";
import { useTranslation } from "@/i18n";
import { useStored } from "@/ui/stored";

type Wrong = "blind" | "denied" | "none" | "busy" | "insecure";

function wrongOf(error: unknown): Wrong {
  // Without TLS there is no camera to ask for.
  if (!navigator.mediaDevices) return "insecure";
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "busy";
}

/** The camera with a frame to hold a pass into; started by a touch, which also lets the page make sounds. */
export function CameraView({ onCode }: { onCode: (text: string, decoded: number) => void }) {
  const { t } = useTranslation("door");
  const video = useRef<HTMLVideoElement>(null);
  const read = useEffectEvent(onCode);
  const [wanted, setWanted] = useStored("door.camera");
  const [camera, setCamera] = useState<Camera>();
  const [wrong, setWrong] = useState<Wrong>();
  const [lamp, setLamp] = useState(false);
  const on = wanted === "on";

  useEffect(() => {
    if (!on || !video.current) return undefined;
    let left = false;
    let opened: Camera | undefined;
    const open = async (into: HTMLVideoElement) => {
      try {
        opened = await openCamera(
          into,
          (text, decoded) => read(text, decoded),
          () => {
            setCamera(undefined);
            setWrong("blind");
          },
        );
        if (left) opened.stop();
        else setCamera(opened);
      } catch (error) {
        if (!left) setWrong(wrongOf(error));
      }
    };
    void open(video.current);
    return () => {
      left = true;
      opened?.stop();
      setCamera(undefined);
      setLamp(false);
    };
  }, [on]);

  const start = () => {
    unlockSound();
    setWrong(undefined);
    // A second try after the browser said no.
    if (on) setWanted("");
    setTimeout(() => setWanted("on"));
  };

  return (
    <div className="kepu-door-view">
      {/* A picture of the gate has nothing to be written below it. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <video ref={video} muted playsInline aria-hidden="true" hidden={!camera} />
      {camera ? (
        <>
          <div className="kepu-door-frame" aria-hidden="true" />
          <div className="kepu-door-eye">
            <Button icon={<StopOutlined aria-hidden />} onClick={() => setWanted("")}>
              {t("page.camera.stop")}
            </Button>
            {camera.lamp && (
              <Button
                icon={<BulbOutlined aria-hidden />}
                aria-pressed={lamp}
                type={lamp ? "primary" : "default"}
                onClick={() => {
                  void camera.lamp?.(!lamp).then(() => setLamp(!lamp));
                }}
              >
                {t("page.camera.lamp")}
              </Button>
            )}
          </div>
        </>
      ) : (
        <div className="kepu-door-idle">
          {wrong && <span role="alert">{t(`page.camera.${wrong}`)}</span>}
          <Button type="primary" size="large" icon={<CameraOutlined aria-hidden />} loading={on && !wrong} onClick={start}>
            {t("page.camera.start")}
          </Button>
          {!wrong && <span>{t("page.camera.typed")}</span>}
        </div>
      )}
    </div>
  );
}
