export interface Pair {
  left: string | undefined;
  right: string | undefined;
  changed: boolean;
}

interface Part {
  value: string[];
  added?: boolean;
  removed?: boolean;
}

/** The parts of a comparison in two columns: what was taken out beside what came in its place. */
export function sideBySide(parts: readonly Part[]): Pair[] {
  const rows: Pair[] = [];
  let out: string[] = [];
  let come: string[] = [];
  const flush = () => {
    for (let index = 0; index < Math.max(out.length, come.length); index += 1)
      rows.push({ left: out[index], right: come[index], changed: true });
    out = [];
    come = [];
  };
  for (const part of parts) {
    if (part.removed) out.push(...part.value);
    else if (part.added) come.push(...part.value);
    else {
      flush();
      rows.push(...part.value.map((line) => ({ left: line, right: line, changed: false })));
    }
  }
  flush();
  return rows;
}
