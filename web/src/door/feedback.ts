// What is heard and felt of an answer: guides look at faces, not at screens.

export type Tone = "good" | "left" | "again" | "look" | "bad";

/** Frequency and seconds, one after the other. */
const TONES: Record<Tone, { notes: [number, number][]; wave: OscillatorType }> = {
  good: { notes: [[880, 0.08], [1319, 0.14]], wave: "sine" },
  left: { notes: [[1319, 0.08], [880, 0.14]], wave: "sine" },
  again: { notes: [[660, 0.09], [0, 0.05], [660, 0.09]], wave: "triangle" },
  look: { notes: [[523, 0.1], [0, 0.04], [523, 0.1], [0, 0.04], [523, 0.1]], wave: "triangle" },
  bad: { notes: [[196, 0.45]], wave: "sawtooth" },
};
const SHAKES: Record<Tone, number[]> = { good: [60], left: [30, 40, 30], again: [60, 60, 60], look: [60, 60, 60, 60, 60], bad: [350] };

let context: AudioContext | undefined;

/** Browsers let a page make sounds after a touch: call it in one. */
export function unlockSound() {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume().catch(() => {});
}

export function signal(tone: Tone, sound: boolean) {
  try {
    navigator.vibrate?.(SHAKES[tone]);
  } catch {
    // Some browsers refuse before the first touch.
  }
  if (!sound || context?.state !== "running") return;
  const { notes, wave } = TONES[tone];
  let at = context.currentTime;
  for (const [frequency, length] of notes) {
    if (frequency > 0) {
      const oscillator = context.createOscillator();
      const volume = context.createGain();
      oscillator.type = wave;
      oscillator.frequency.value = frequency;
      volume.gain.setValueAtTime(0.5, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + length);
      oscillator.connect(volume).connect(context.destination);
      oscillator.start(at);
      oscillator.stop(at + length);
    }
    at += length;
  }
}
