import { theme } from "antd";

/** A policy in sentences: headings in brackets, numbered sentences, and lines set in below them. */
export function Sentences({ lines }: { lines: readonly string[] }) {
  const { token } = theme.useToken();
  return (
    <div style={{ maxWidth: "52em", lineHeight: 1.8 }}>
      {lines.map((line, index) =>
        heading(line) ? (
          <h2 key={`${index}-${line}`} style={{ fontSize: 17, margin: "20px 0 6px" }}>
            {line.slice(1, -1)}
          </h2>
        ) : (
          <p
            key={`${index}-${line}`}
            style={{ margin: "4px 0", paddingInlineStart: /^\s/.test(line) ? 28 : 0, color: index === 0 ? token.colorTextSecondary : undefined }}
          >
            {line.trim()}
          </p>
        ),
      )}
    </div>
  );
}

/** `【…】` in Chinese, `[…]` in English. */
export function heading(line: string): boolean {
  return /^[\u3010[][^\u3011\]]*[\u3011\]]$/.test(line);
}
