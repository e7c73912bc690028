// Reads QR codes from the phone's camera: by the browser's own detector where it has one, else by ours.

interface Detector {
  detect: (source: HTMLCanvasElement) => Promise<{ rawValue: string }[]>;
}
type DetectorClass = (new (options: { formats: string[] }) => Detector) & { getSupportedFormats: () => Promise<string[]> };

/** A code that stays in view is one scan. */
export const HELD = 3000;
/** Wide enough for a card of 53 modules at arm's length, small enough for an old phone. */
const WIDTH = 720;
const PAUSE = 60;
/** One picture may fail; so many in a row mean that this phone cannot read them. */
const FAILURES = 30;

async function detector(): Promise<Detector> {
  const own = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (own) {
    const formats = await own.getSupportedFormats().catch((): string[] => []);
    if (formats.includes("qr_code")) return new own({ formats: ["qr_code"] });
  }
  const { ours } = await import("./zxing");
  return ours();
}

/** Lets a code through once, and again when it has been out of view for long enough. */
export function oncePerVisit(held = HELD) {
  const seen = new Map<string, number>();
  return (text: string, at: number): boolean => {
    const last = seen.get(text);
    seen.set(text, at);
    if (seen.size > 200) for (const [old, when] of seen) if (at - when > held) seen.delete(old);
    return last === undefined || at - last > held;
  };
}

export interface Camera {
  stop: () => void;
  /** The lamp of the phone, if it can be switched. */
  lamp?: (on: boolean) => Promise<void>;
}

/** Shows the camera in `video` and calls `onCode` with each code; `decoded` is when it was read. */
export async function openCamera(
  video: HTMLVideoElement,
  onCode: (text: string, decoded: number) => void,
  onBroken: () => void,
): Promise<Camera> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  let stopped = false;
  const stop = () => {
    stopped = true;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  try {
    video.srcObject = stream;
    await video.play();
    const eye = await detector();
    const canvas = document.createElement("canvas");
    const brush = canvas.getContext("2d", { willReadFrequently: true });
    const isNew = oncePerVisit();
    let failed = 0;
    const look = async (): Promise<void> => {
      if (stopped) return;
      // A page in the background sees nothing, and the battery is short.
      if (brush && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && document.visibilityState === "visible") {
        const scale = Math.min(1, WIDTH / video.videoWidth);
        canvas.width = Math.round(video.videoWidth * scale);
        canvas.height = Math.round(video.videoHeight * scale);
        brush.drawImage(video, 0, 0, canvas.width, canvas.height);
        const codes = await eye.detect(canvas).catch(() => undefined);
        failed = codes ? 0 : failed + 1;
        if (failed > FAILURES) {
          stop();
          return onBroken();
        }
        const decoded = performance.now();
        for (const { rawValue } of codes ?? []) if (rawValue !== "" && isNew(rawValue, decoded)) onCode(rawValue, decoded);
      }
      setTimeout(() => void look(), PAUSE);
    };
    void look();
  } catch (error) {
    stop();
    throw error;
  }
  const [track] = stream.getVideoTracks();
  const able = track?.getCapabilities?.() as (MediaTrackCapabilities & { torch?: boolean }) | undefined;
  return {
    stop,
    ...(track &&
      able?.torch === true && {
        lamp: (on: boolean) => track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] }),
      }),
  };
}
