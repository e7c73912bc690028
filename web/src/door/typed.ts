// Hand scanners are keyboards: they type a code faster than anybody could, and end with Enter.

/** After a pause of this length something new begins; a slow phone under load hands keys on late. */
const PAUSE = 2000;
/** A code that is no pass must have come at a scanner's speed, so that what people type is not taken for one. */
const SHORTEST = 16;
const FAST = 40;
const PASS = /KP[A-Z2-7]{148}$/i;

/** A key as a scanner means it: an input method may be on, and then only the place of the key is known. */
export function letterOf({ key, code, shiftKey }: Pick<KeyboardEvent, "key" | "code" | "shiftKey">): string | undefined {
  if (key.length === 1) return key;
  if (key !== "Process" && key !== "Unidentified") return undefined;
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  if (letter !== undefined) return shiftKey ? letter : letter.toLowerCase();
  return /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
}

/** Collects keys; answers true for an Enter that ended a scan, which must then do nothing else. */
export function typedCodes(onCode: (text: string) => void) {
  let text = "";
  let first = 0;
  let last = 0;
  return (event: Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">, at: number): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (text === "" || at - last > PAUSE) {
      text = "";
      first = at;
    }
    if (event.key === "Enter" || event.key === "Tab") {
      const [pass] = PASS.exec(text) ?? [];
      const fast = text.length >= SHORTEST && (last - first) / (text.length - 1) <= FAST;
      const code = pass ?? (fast ? text : undefined);
      text = "";
      if (code !== undefined) onCode(code);
      return code !== undefined;
    }
    const letter = letterOf(event);
    if (letter !== undefined) {
      text += letter;
      last = at;
    }
    return false;
  };
}
