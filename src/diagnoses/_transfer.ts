/** A file that a server sends to a client of ours: its size as it came, and what came after it. */
import { argsOf } from "../stories/causes.ts";
import { bytesIn } from "../stories/entry.ts";
import { ACKNOWLEDGEMENT, FOUND } from "../wire/file-transfer.ts";
import type { Evidence, Read } from "./_evidence.ts";
import { LONG_SILENCE_MS } from "./_exchanges.ts";

/** The size of a file as it came, and what came after it. */
export interface Transfer {
  readonly reads: readonly Read[];
  /** The bytes between `found` and our acknowledgement. */
  readonly size: Buffer;
  /** With the file, where that came at once. */
  readonly rest: Buffer;
  readonly told: number;
  /** Bytes of the file itself, all that came. */
  readonly came: number;
  /** Bytes of the file; undefined: not all of them were kept. */
  readonly file: Buffer | undefined;
  /** No more of it came: it is over, or we waited long enough. */
  readonly isOver: boolean;
  readonly isClosed: boolean;
  /** `found` and the size shared a read. */
  readonly isGlued: boolean;
  /** True where it came so soon that there was no pause between them; later, both may have lain there. */
  readonly isAtOnce: boolean;
  /** The file was there before we had asked for it. */
  readonly isUnasked: boolean;
}

/** Pause of a server between the word and the size [FILE-0]. */
const PAUSE_US = 50_000;
export const SIZE_BYTES = 4;

/** By its wire rule: any client that fetches. */
export function transferOf(evidence: Evidence): Transfer | undefined {
  const { isServer, role, entries, story } = evidence;
  if (isServer || role?.phases.sizing?.rule !== "FILE-0") return undefined;
  const ack = entries.findIndex(
    (entry) => entry.kind === "out" && entry.bytes.toString("latin1") === ACKNOWLEDGEMENT,
  );
  const asked = entries.findLastIndex((entry, index) => entry.kind === "out" && (ack < 0 || index < ack));
  const reads = readsBetween(evidence, asked, ack);
  const whole = Buffer.concat(reads.map(({ bytes }) => bytes));
  if (whole.toString("latin1", 0, FOUND.length) !== FOUND) return undefined;
  const size = afterWord(whole);
  if (size.length === 0) return undefined;
  const told = size.length >= SIZE_BYTES ? size.readInt32LE() : 0;
  const cut = argsOf(story.cause, "transfer-cut");
  const stalled = argsOf(story.cause, "transfer-stalled");
  const isOver = !evidence.live || cut !== undefined || stalled !== undefined || isStill(evidence);
  const after = ack < 0 ? [] : entries.slice(ack);
  const glued = reads.find(({ bytes }) => bytes.toString("latin1", 0, FOUND.length) === FOUND);
  const isUnasked = size.length > 12;
  const kept = Buffer.concat(after.flatMap((entry) => (entry.kind === "in" ? [entry.bytes] : [])));
  const came = after.reduce((sum, entry) => sum + bytesIn(entry), isUnasked ? size.length - SIZE_BYTES : 0);
  return {
    reads,
    size: isUnasked ? size.subarray(0, SIZE_BYTES) : size,
    rest: size,
    told,
    came,
    file: kept.length === came ? kept : undefined,
    isOver,
    isClosed: cut !== undefined,
    isGlued: glued !== undefined && glued.size > FOUND.length + 2,
    isAtOnce: (glued?.at ?? 0) - (entries[asked]?.at ?? 0) < PAUSE_US,
    isUnasked,
  };
}

/** Nothing of the file has come for longer than a network holds it up. */
export const isStill = ({ silence }: Evidence) =>
  silence.state === "receiving" && silence.ms >= LONG_SILENCE_MS;

function readsBetween(evidence: Evidence, from: number, to: number): Read[] {
  const ins = evidence.all("in");
  const start = evidence.entries[from]?.at ?? 0;
  return evidence.reads.filter((_, index) => {
    const entry = ins[index];
    const place = entry ? evidence.entries.indexOf(entry) : -1;
    return place > from && (to < 0 || place < to) && (entry?.at ?? 0) >= start;
  });
}

/** A newline or NUL of the word is none of the size, if four bytes or more are left. */
function afterWord(whole: Buffer): Buffer {
  const rest = whole.subarray(FOUND.length);
  const ending = /^(\r?\n|\0)/.exec(rest.toString("latin1", 0, 2))?.[0].length ?? 0;
  return ending > 0 && rest.length === ending + SIZE_BYTES ? rest.subarray(ending) : rest;
}
