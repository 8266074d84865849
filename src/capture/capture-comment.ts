/**
 * Comments of a packet: text that a person reads beside the bytes, and one that is data for a reader of the file - which bytes are a mask.
 */
import type { HiddenSpan } from "../printable.ts";

const HIDDEN = "netlabd.hidden=";

/** Spans of a packet's payload that stand for a secret: a reader knows that these bytes are unknown. */
export const hiddenComment = (spans: readonly HiddenSpan[]) =>
  `${HIDDEN}${spans.map(({ start, end }) => `${start}-${end}`).join(",")}`;

/** The spans again; undefined: the comment is none of these. */
export function hiddenSpansOf(comment: string): HiddenSpan[] | undefined {
  if (!comment.startsWith(HIDDEN)) return undefined;
  const spans = comment.slice(HIDDEN.length).split(",");
  if (!spans.every((span) => /^\d+-\d+$/.test(span))) return undefined;
  return spans.map((span) => {
    const [start = 0, end = 0] = span.split("-").map(Number);
    return { start, end };
  });
}

/** Parts of the spans that lie in a piece of the bytes, counted from its start. */
export function spansWithin(spans: readonly HiddenSpan[], from: number, size: number): HiddenSpan[] {
  return spans
    .map(({ start, end }) => ({ start: Math.max(0, start - from), end: Math.min(size, end - from) }))
    .filter(({ start, end }) => start < end);
}
