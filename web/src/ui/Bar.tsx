import { theme } from "antd";
import "./bar.css";

interface Props {
  /** From 0 to 1; for pixels alone. */
  share: number;
  /** What it says, read out. */
  label: string;
  /** Reached, or still short. */
  good?: boolean;
  /** Neither good nor bad: a share. */
  plain?: boolean;
}

/** How far something has come. Lighter than antd's Progress, of which a class would need a hundred. */
export function Bar({ share, label, good = share >= 1, plain = false }: Props) {
  const { token } = theme.useToken();
  const width = `${Math.min(100, Math.max(share > 0 ? 2 : 0, share * 100))}%`;
  return (
    <div role="img" aria-label={label} className="kepu-track">
      <span style={{ width, background: plain ? token.colorPrimary : good ? token.colorSuccess : token.colorWarning }} />
    </div>
  );
}
