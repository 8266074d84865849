/** Answers of students' servers that came when they were not waited for any more. */
import type { Finding } from "./_diagnosis.ts";
import { type Evidence, quoted } from "./_evidence.ts";
import { dialogueOf, type Exchange, isOfSeveral } from "./_exchanges.ts";

export const FLUSH = "Flush what you write: fflush() in C, flush() in Java, flush=True in Python.";

/** The piece in which the answer came at last, with those to later questions. */
export function answerOfSeveral(evidence: Evidence): Exchange | undefined {
  const { exchanges } = dialogueOf(evidence);
  return exchanges.find((exchange) => isOfSeveral(exchanges, exchange));
}

/** An answer that came when it was not waited for any more; often because an end flushed it: its own, or ours that it read. */
export function lateCause(evidence: Evidence, exchange: Exchange): Pick<Finding, "cause" | "advice"> {
  const came = exchange.reads[0]?.at ?? exchange.at;
  const lateMs = (came - exchange.at) / 1_000;
  const flush = flushingOf(evidence, came);
  const span = `after ${lateSpan(lateMs)}`;
  const when = flush && lateMs < TELLING_MS ? flush : flush ? `${span}, ${flush}` : span;
  return {
    cause: `The answer came only ${when}${flush ? ": until then it was in a buffer that was not flushed" : ". Either the server is that slow, or its answer was in a buffer that was not flushed"}.`,
    advice: [
      FLUSH,
      "In Java: new PrintWriter(out, true) and println(); in Python send(), or print(…, file=f, flush=True).",
    ],
  };
}

/** Event that empties a buffer at that moment: the server's own end, or ours before it. */
function flushingOf({ entries }: Evidence, came: number): string | undefined {
  const isThen = ({ at }: { readonly at: number }) => Math.abs(at - came) < AT_ONCE_US;
  const left = entries.some((entry) => entry.kind === "fin" && entry.at <= came && isThen(entry));
  if (left) return "when the client had closed its side";
  const hasEnded = entries.some(
    (entry) => (entry.kind === "ended" || (entry.kind === "closed" && entry.by === "peer")) && isThen(entry),
  );
  if (!hasEnded) return undefined;
  const word = entries.findLast((entry) => entry.kind === "out" && entry.at <= came);
  return word?.kind === "out" && isThen(word)
    ? `when the client had sent ${quoted(word.bytes.toString("utf8"))} and the server ended`
    : "at the moment when the server ended";
}

/** Of two events, one at the other's occasion. */
const AT_ONCE_US = 500_000;
/** A shorter time is no wait: what ended it says more. */
const TELLING_MS = 1_000;

const lateSpan = (ms: number) =>
  `${ms < 10_000 ? Math.max(0.1, Math.round(ms / 100) / 10) : Math.round(ms / 1_000)} s`;
