/**
 * Hearing of a client among many. A busy room is never quiet for long enough to be a reply [FRAME-9]: whole lines are shown as
 * they come, other text after a short pause, or when there is a lot of it.
 */
import { cutAtCharacter } from "../wire/cut-at-character.ts";
import type { Decoded, Phase, Session, Undecoded } from "./_role.ts";

const NEWLINE = 0x0a;
const PAUSE_MS = 50;
const A_LOT_BYTES = 4_096;
/** A UTF-8 character that is not whole yet has at most so many bytes. */
const PART_BYTES = 3;

export function overheard(
  { bytes, stillMs, ended }: Undecoded,
  { context }: Session<{ readonly options: { readonly quiet: number } }>,
): Decoded {
  if (bytes.length === 0) return undefined;
  const pauseMs = Math.min(PAUSE_MS, context.options.quiet);
  const isWhole = ended || stillMs >= pauseMs;
  const size = isWhole ? bytes.length : sizeToShow(bytes);
  if (size === 0) return { waitMs: pauseMs - stillMs };
  const text = bytes.subarray(0, size).toString("utf8");
  return { take: size, value: text.replace(/[\0\r\n]+$/, "") };
}

function sizeToShow(bytes: Buffer): number {
  const lines = bytes.lastIndexOf(NEWLINE) + 1;
  if (lines > 0 || bytes.length < A_LOT_BYTES) return lines;
  return cutAtCharacter(bytes, bytes.length - PART_BYTES).length;
}

/** The phases of a talking client, in those where others may speak too. */
export function amongOthers<
  Phases extends Readonly<Record<"listening" | "awaitingReply" | "leaving", Phase>>,
>(phases: Phases): Phases {
  const { listening, awaitingReply, leaving } = phases;
  return {
    ...phases,
    listening: { ...listening, decode: overheard },
    awaitingReply: { ...awaitingReply, decode: overheard },
    leaving: { ...leaving, decode: overheard },
  };
}
