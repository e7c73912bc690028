// Hand scanners are keyboards: they type a code faster than anybody could, and end with Enter.

/** The longest pause between two keys of a scanner; those without a cable are slow. */
const PAUSE = 120;
/** Nobody types that much at that speed. */
const SHORTEST = 16;

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
  let last = 0;
  return (event: Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">, at: number): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (at - last > PAUSE) text = "";
    if (event.key === "Enter" || event.key === "Tab") {
      const whole = text;
      text = "";
      if (whole.length < SHORTEST) return false;
      onCode(whole);
      return true;
    }
    const letter = letterOf(event);
    if (letter !== undefined) {
      text += letter;
      last = at;
    }
    return false;
  };
}
