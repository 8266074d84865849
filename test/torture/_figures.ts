/** Numbers as the table of figures shows them. */

/** The value below which this share of them lies: 0.5 is the middle, 0.99 all but one in a hundred. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const ms = (value: number) => `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`;
export const mib = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MiB`;
export const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
export const count = (value: number) => Math.round(value).toLocaleString("en");

/** How often each was there: `980 × Too many clients, 20 × nothing`. */
export function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([word, times]) => `${count(times)} × ${word === "" ? "nothing" : word}`)
    .join(", ");
}
