/** Messages that lay in a buffer of their program, and came only as it ended. */
import type { Entry } from "../stories/story.ts";
import type { Finding } from "./_diagnosis.ts";
import { type Evidence, quoted, type Read } from "./_evidence.ts";

/** A person may think for a while; after this long it is worth a word. */
export const SILENT_MS = 10_000;
export const inSeconds = (ms: number) => `${Math.floor(ms / 1_000)} s`;

/** Bytes that came only as the program ended: they had lain in a buffer of its own. */
const AT_THE_END_MS = 500;

/** Time of silence before a read with which the program ended; undefined: it was not so long that it tells. */
export function heldBackMs({ entries, isOperated }: Evidence, { at }: Read): number | undefined {
  const end = entries.find(({ kind }) => kind === "ended" || kind === "closed");
  const before = entries.findLast((entry) => entry.at < at && BEFORE.has(entry.kind));
  const waitedMs = (at - (before?.at ?? 0)) / 1_000;
  const isAtEnd = end !== undefined && (end.at - at) / 1_000 <= AT_THE_END_MS;
  return isAtEnd && !isOperated && waitedMs >= SILENT_MS ? waitedMs : undefined;
}
const BEFORE: ReadonlySet<Entry["kind"]> = new Set<Entry["kind"]>(["in", "out", "opened"]);

export function findUnflushed(evidence: Evidence): Finding | undefined {
  const { isServer, reads, silence } = evidence;
  const [first] = reads;
  const waitedMs = first && heldBackMs(evidence, first);
  if (!isServer || !silence.isOver || !first || waitedMs === undefined) return undefined;
  return {
    rule: "FRAME-1",
    reads: [first],
    came: `nothing for ${inSeconds(waitedMs)}, then all of it and the end at once`,
    state: evidence.messages[0]?.state ?? silence.state,
    expected: silence.waitsFor ?? "the first message",
    cause: `Your program connected and sent nothing for ${inSeconds(waitedMs)}; ${quoted(first.bytes.toString("utf8"))} came only as it ended. So it lay in a buffer of the program until then: it was written, and never flushed, while the program waited for a reply.`,
    advice: [
      "Flush what you write: flush() of a PrintWriter or BufferedWriter in Java (or new PrintWriter(out, true) and println), file.flush() in Python, fflush() in C.",
    ],
  };
}
