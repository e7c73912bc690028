import { theme } from "antd";
import { type Ref, useImperativeHandle, useRef } from "react";
import { useTranslation } from "@/i18n";

export interface TextHandle {
  /** Goes to a place of the text. */
  goTo: (line: number, column: number) => void;
  /** Brings a line into view; who writes elsewhere goes on there. */
  show: (line: number) => void;
}

interface Props {
  text: string;
  onChange: (text: string) => void;
  readOnly: boolean;
  /** By line: what is wrong there. */
  wrong: ReadonlyMap<number, string>;
  height: string;
  ref: Ref<TextHandle>;
}

const LINE = 20;

/** The text itself, with the number of each line; lines with a problem are marked, and say what it is. */
export function TextSide({ text, onChange, readOnly, wrong, height, ref }: Props) {
  const { t } = useTranslation("laboratory");
  const { token } = theme.useToken();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split("\n");
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const field = area.current;
      if (!field) return;
      const all = field.value.split("\n");
      const from = all.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      const rest = all[line - 1]?.length ?? 0;
      field.focus();
      field.setSelectionRange(from + Math.min(column - 1, rest), from + rest);
      field.scrollTop = Math.max(0, (line - 6) * LINE);
    },
    // Once the text has been drawn.
    show: (line) =>
      requestAnimationFrame(() => {
        const field = area.current;
        const top = (line - 1) * LINE;
        if (field && (top < field.scrollTop || top > field.scrollTop + field.clientHeight - 3 * LINE)) field.scrollTop = Math.max(0, top - 5 * LINE);
      }),
  }));
  const letters = { fontFamily: "monospace", fontSize: 13, lineHeight: `${LINE}px`, padding: "6px 8px" } as const;
  return (
    <div style={{ display: "flex", height, minHeight: 0, border: `1px solid ${token.colorBorder}`, borderRadius: token.borderRadius, overflow: "hidden" }}>
      <div ref={gutter} aria-hidden="true" style={{ ...letters, flex: "none", overflow: "hidden", textAlign: "end", userSelect: "none", color: token.colorTextSecondary, background: token.colorFillQuaternary }}>
        {lines.map((_, index) => {
          const problem = wrong.get(index + 1);
          return (
            // oxlint-disable-next-line react/no-array-index-key -- a line is its number
            <div key={index} title={problem} style={{ height: LINE, ...(problem && { color: token.colorError, fontWeight: 700 }) }}>
              {problem && "● "}
              {index + 1}
            </div>
          );
        })}
        {/* As much below as the text has, so that both scroll alike. */}
        <div style={{ height: LINE * 2 }} />
      </div>
      <textarea
        ref={area}
        aria-label={t("draft.document")}
        aria-invalid={wrong.size > 0}
        value={text}
        readOnly={readOnly}
        spellCheck={false}
        wrap="off"
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
        style={{ ...letters, flex: 1, minWidth: 0, border: 0, resize: "none", color: token.colorText, background: token.colorBgContainer, whiteSpace: "pre", overflow: "auto" }}
      />
    </div>
  );
}
