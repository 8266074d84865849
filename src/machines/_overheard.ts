/**
 * Hearing of a client among many. A busy room is never quiet for long enough to be a reply, so each read begins a line, and so
 * does each `:Name:` behind a newline [FRAME-9]: nothing is waited for, save the rest of a character.
 */
import type { Decoded, Phase, Session, Undecoded } from "./_role.ts";
import { replyText } from "./_talk-steps.ts";

const PAUSE_MS = 50;

export function overheard(
  { bytes, stillMs, ended }: Undecoded,
  { context }: Session<{ readonly options: { readonly quiet: number } }>,
): Decoded {
  if (bytes.length === 0) return undefined;
  const pauseMs = Math.min(PAUSE_MS, context.options.quiet);
  const isAllThereIs = ended || stillMs >= pauseMs;
  const size = isAllThereIs ? bytes.length : wholeCharacters(bytes);
  if (size === 0) return { waitMs: pauseMs - stillMs };
  return { take: size, value: replyText(bytes.subarray(0, size)) };
}

/** How many bytes there are up to a last character that is not whole yet. */
function wholeCharacters(bytes: Buffer): number {
  const start = bytes.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
  const first = bytes[start] ?? 0;
  const due = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return start >= 0 && bytes.length - start < due ? start : bytes.length;
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
