/** A share as the service gives it, `"0.8700"`, in per cent: `87%`; what rounds to all or nothing but is not, says so. */
export function percent(share: string | null | undefined, digits = 0): string {
  if (share === null || share === undefined || share === "") return "—";
  const value = Number(share) * 100;
  const shown = value.toFixed(digits);
  const least = 10 ** -digits;
  if (value > 0 && Number(shown) === 0) return `<${least}%`;
  if (value < 100 && Number(shown) === 100) return `>${(100 - least).toFixed(digits)}%`;
  return `${shown}%`;
}
