/**
 * Bytes → messages [FRAME-1…FRAME-4, FRAME-7]. Pure: time comes in as an argument, nothing goes out but values.
 *
 * A connection pushes every chunk as it was read, and asks for the next message whenever its machine waits for one;
 * the question names what the current phase reads, because raw and record phases neither use nor teach the habit.
 *
 * Long, because habit, phase and burst decide together where a message ends.
 */
import { stringsOf, trimLine, trimPadding, withoutReturn } from "./c-strings.ts";
import { type Burst, ChunkQueue } from "./chunk-queue.ts";
import { isRestOfBuffer, isSameBufferAgain } from "./fixed-buffers.ts";
import { TextLines, trimmedLine } from "./text-lines.ts";
import { usualBuffers } from "./usual-buffers.ts";

/** How a peer ends its messages. It moves only forward: unknown → bare → line, or unknown → nul [FRAME-1]. */
export type Framing = "unknown" | "bare" | "line" | "nul";
export type FramingOption = "auto" | "bare" | "line" | "nul";

export interface FramerLimits {
  /** How long bytes of an unknown peer wait for a `\n` [FRAME-3]. */
  readonly quietMs: number;
  /** How long an unfinished line lies still before it may be a word of its own [FRAME-2]. */
  readonly tailMs: number;
  /** The longest message [FRAME-7]. */
  readonly maxMessageBytes: number;
}

export const defaultLimits: FramerLimits = { quietMs: 30, tailMs: 2_000, maxMessageBytes: 65_536 };

/** The current phase, reduced to what framing needs. `session` is all that a phase's functions are to know of the peer. */
export interface Reading<Session = unknown> {
  readonly reads: "text" | "raw" | "record";
  readonly isWord?: ((text: string) => boolean) | undefined;
  readonly unglue?: ((text: string, session: Session) => readonly string[] | undefined) | undefined;
  readonly decode?:
    | ((
        pending: { bytes: Buffer; stillMs: number; ended: boolean },
        session: Session,
      ) => { take: number; value: unknown } | { waitMs: number } | undefined)
    | undefined;
}

export type Framed =
  | { readonly kind: "message"; readonly bytes: Buffer; readonly value?: unknown }
  /** The same of a line of ASCII: a character a byte. */
  | { readonly kind: "line"; readonly text: string }
  /** Nothing yet; ask again after this long, or after the next chunk. */
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "nothing" }
  | { readonly kind: "tooLong" };

/** Hears of stale bytes of a fixed buffer, which become no message [FRAME-4]. */
export interface StaleHandler {
  onStale(bytes: Buffer): void;
}

const NEWLINE = 0x0a;
/** A line of this length is made text of the reads that it is in: bytes of its own would be as much again for V8 to collect. */
const LONG_LINE = 4_096;
const NUL = 0x00;
const NOTHING: Framed = { kind: "nothing" };
const TOO_LONG: Framed = { kind: "tooLong" };

/** Every usual size is a multiple of this, but for 5000: two such buffers make no usual size. */
const SMALLEST_BUFFER = 256;

export class Framer {
  readonly #limits: FramerLimits;
  #chunks: ChunkQueue | undefined;
  /** Unread input of a line peer, where it is text: then there are no chunks. */
  #lines: TextLines | undefined;
  /** The framing is an option of the listener, not a finding: it stays. */
  readonly #isFixed: boolean;
  #framing: Framing;
  #ended = false;
  /** Something was sent to the peer since its last chunk: what comes now may be its reaction. */
  #replied = false;

  readonly #staleHandler: StaleHandler | undefined;

  constructor(
    option: FramingOption = "auto",
    limits: FramerLimits = defaultLimits,
    staleHandler?: StaleHandler,
  ) {
    this.#staleHandler = staleHandler;
    this.#isFixed = option !== "auto";
    this.#framing = option === "auto" ? "unknown" : option;
    this.#limits = limits;
  }

  get framing(): Framing {
    return this.#framing;
  }

  /** Text of a line peer is unread. */
  get hasLines(): boolean {
    return this.#lines !== undefined && this.#lines.length > 0;
  }

  get unreadBytes(): number {
    return (this.#lines?.length ?? 0) + (this.#chunks?.length ?? 0);
  }

  /** Whether the next chunk may come as text, if it is ASCII: a line peer's, with nothing else unread. */
  get takesText(): boolean {
    return this.#framing === "line" && (this.#chunks === undefined || this.#chunks.length === 0);
  }

  /** At most `limit` bytes of what no phase has read yet. */
  peek(limit: number): Buffer {
    if (this.#lines && this.#lines.length > 0) return Buffer.from(this.#lines.peek(limit), "latin1");
    return this.#queue.peek(limit);
  }

  /**
   * Takes a chunk, exactly as it was read, at `now` milliseconds. The framer keeps it; do not write to it again. `text`: the same,
   * where it is ASCII and `takesText` says so. `isOwn`: the only view of its memory: that is gone, and the chunk empty, as soon as all of
   * it is taken.
   */
  push(bytes: Buffer, now: number, text?: string, isOwn = false): void {
    if (bytes.length > 0 && !this.#takeText(text, now))
      this.#queue.push(bytes, now, this.#continuesBurst(bytes, now), isOwn);
    this.#replied = false;
  }

  #takeText(text: string | undefined, now: number): boolean {
    if (text !== undefined) {
      this.#lines ??= new TextLines();
      if (this.#lines.add(text, now)) return true;
    }
    this.#toBytes();
    return false;
  }

  /** Turns unread text back into the chunk that it was, for all that asks for bytes. A line peer's chunks need not be told apart. */
  #toBytes(): void {
    const lines = this.#lines;
    if (lines && lines.length > 0)
      this.#queue.push(Buffer.from(lines.takeAll(), "latin1"), lines.lastAt, false);
  }

  get #queue(): ChunkQueue {
    this.#chunks ??= new ChunkQueue();
    return this.#chunks;
  }

  /** The peer's FIN: what is left is whole. */
  end(): void {
    this.#ended = true;
  }

  /** Something was written to the peer. */
  replied(): void {
    this.#replied = true;
  }

  /** Takes everything unread, chunk by chunk, past all framing. */
  takeChunk(limit = Number.POSITIVE_INFINITY): Buffer | undefined {
    this.#toBytes();
    return this.#queue.takeChunk(limit);
  }

  next<Session>(reading: Reading<Session>, now: number, session?: Session): Framed;
  next(reading: Reading, now: number, session?: unknown): Framed {
    if (this.#lines && this.#lines.length > 0) {
      const framed = reading.reads === "text" ? this.#nextTextLine(this.#lines, reading, now) : undefined;
      if (framed) return framed;
      this.#toBytes();
    }
    if (reading.reads === "record") return this.#nextRecord(reading, now, session);
    if (this.unreadBytes === 0) return this.#nothing();
    if (reading.reads === "raw") return this.#nextRaw(now);
    if (this.#framing === "unknown") {
      const undecided = this.#detectFraming(now);
      if (undecided) return undecided;
    }
    if (this.#framing === "line") return this.#nextLine(reading, now);
    if (this.#framing === "nul") return this.#nextNul(now);
    return this.#nextBare(reading, now, session);
  }

  /** Bursts matter no more to a line peer: while it is silent it keeps no queue. */
  #nothing(): Framed {
    if (this.#framing === "line") this.#chunks = undefined;
    return NOTHING;
  }

  /** The next line of text; undefined where it takes a look at the bytes to tell. */
  #nextTextLine(lines: TextLines, reading: Reading, now: number): Framed | undefined {
    while (lines.length > 0) {
      const length = lines.lineLength;
      if (length < 0) return this.#unfinishedText(lines, reading, now);
      if (length > this.#limits.maxMessageBytes) return TOO_LONG;
      const text = lines.takeLine(length);
      if (text !== "") return { kind: "line", text };
    }
    return NOTHING;
  }

  #unfinishedText(lines: TextLines, { isWord }: Reading, now: number): Framed | undefined {
    if (lines.length > this.#limits.maxMessageBytes) return TOO_LONG;
    if (this.#ended) return undefined;
    if (!isWord) return NOTHING;
    const wait = lines.lastAt + this.#limits.tailMs - now;
    return wait > 0 ? { kind: "wait", ms: wait } : undefined;
  }

  // -- habits ------------------------------------------------------------------------------------------------

  /** Decides the habit from the first burst, or says how long to wait for it. */
  #detectFraming(now: number): Framed | undefined {
    const burst = this.#queue.burst();
    const newline = within(burst.left, this.#queue.indexOf(NEWLINE));
    const nul = within(burst.left, this.#queue.indexOf(NUL));
    if (nul >= 0 && (newline < 0 || nul < newline || nul === newline + 1)) {
      // "text\n\0" is fgets() into a buffer that is sent whole: a C string that happens to end in its newline.
      this.#framing = "nul";
    } else if (newline >= 0) {
      this.#framing = "line";
    } else if (burst.left > this.#limits.maxMessageBytes) {
      return TOO_LONG;
    } else {
      const wait = this.#ended ? 0 : burst.lastAt + this.#limits.quietMs - now;
      if (wait > 0) return { kind: "wait", ms: wait };
      this.#framing = "bare";
    }
    return undefined;
  }

  #nextLine(reading: Reading, now: number): Framed {
    for (;;) {
      const end = this.#queue.indexOf(NEWLINE);
      if (end < 0) return this.#unfinished(now, reading.isWord);
      if (end > this.#limits.maxMessageBytes) return TOO_LONG;
      const text = end >= LONG_LINE ? this.#queue.textOf(end) : undefined;
      const line = text === undefined ? this.#bytesOfLine(end) : this.#textOfLine(text);
      if (line) return line;
      if (this.#queue.length === 0) return NOTHING;
    }
  }

  #bytesOfLine(end: number): Framed | undefined {
    const bytes = withoutReturn(this.#queue.take(end));
    this.#queue.skip(1);
    return bytes.length > 0 ? { kind: "message", bytes } : undefined;
  }

  #textOfLine(line: string): Framed | undefined {
    this.#queue.skip(line.length + 1);
    const text = trimmedLine(line, 0, line.length);
    return text === "" ? undefined : { kind: "line", text };
  }

  /** A line or string without its end: whole at FIN, or when it has lain still and is a word. */
  #unfinished(now: number, isWord: ((text: string) => boolean) | undefined): Framed {
    if (this.#queue.length > this.#limits.maxMessageBytes) return TOO_LONG;
    if (this.#queue.length === 0) return NOTHING;
    if (this.#ended) return this.#takeTail();
    if (!isWord) return NOTHING;
    // First the clock, then the word: a tail that still grows, byte by byte, is not looked at again for each of them.
    const wait = this.#queue.lastAt + this.#limits.tailMs - now;
    if (wait > 0) return { kind: "wait", ms: wait };
    const tail = trimPadding(this.#queue.peek(this.#queue.length));
    return isWord(tail.toString("utf8")) ? this.#takeTail() : NOTHING;
  }

  #takeTail(): Framed {
    const tail = trimPadding(this.#queue.take(this.#queue.length));
    return tail.length > 0 ? { kind: "message", bytes: tail } : NOTHING;
  }

  #nextBare(reading: Reading, now: number, session: unknown): Framed {
    for (;;) {
      const chunk = this.#queue.first();
      if (!chunk) return NOTHING;
      const read = chunk.isFull ? this.#queue.firstRead() : undefined;
      const size = read ? read.sizeBytes : chunk.bytes.length;
      // Each chunk is searched by itself: of many that wait, each would be searched again for every one before it.
      const newline = read ? within(size, this.#queue.indexOf(NEWLINE)) : chunk.bytes.indexOf(NEWLINE);
      if (!this.#isFixed && newline >= 0) {
        this.#framing = "line";
        return this.#nextLine(reading, now);
      }
      if (size > this.#limits.maxMessageBytes) return TOO_LONG;
      const wait = read?.isOpen && !this.#ended ? read.at + this.#limits.quietMs - now : 0;
      if (wait > 0) return { kind: "wait", ms: wait };
      const bytes = this.#queue.take(size);
      const [first, ...rest] = bareParts(bytes, reading, session);
      this.#queue.putBack(rest, chunk);
      if (first) return { kind: "message", bytes: first };
    }
  }

  /** [FRAME-4] The first string of a burst counts at once; what follows it, once the burst is over. */
  #nextNul(now: number): Framed {
    for (;;) {
      const undecided = this.#skipStale(now);
      if (undecided) return undecided;
      this.#queue.skipWhile(NUL);
      if (this.#queue.length === 0) return NOTHING;
      const end = this.#queue.indexOf(NUL);
      if (end < 0) return this.#unfinished(now, isAnyWord);
      if (end > this.#limits.maxMessageBytes) return TOO_LONG;
      const text = trimLine(this.#queue.take(end + 1, "string"));
      if (text.length > 0) return { kind: "message", bytes: text };
    }
  }

  /**
   * Passes over what the strings that were read leave of their burst: padding at once, and stale bytes once the burst
   * is over and is known to be a fixed buffer. Answers what to do while that is open.
   */
  #skipStale(now: number): Framed | undefined {
    while (this.#queue.length > 0) {
      const burst = this.#queue.burst();
      if (burst.strings === 0) return undefined;
      if (this.#queue.skipWhile(NUL, burst.left) > 0) continue;
      const isOver = !burst.isLast || this.#ended || burst.totalBytes > this.#limits.maxMessageBytes;
      const wait = isOver ? 0 : burst.lastAt + this.#limits.quietMs - now;
      if (wait > 0) return { kind: "wait", ms: wait };
      if (this.#isFurtherMessage(burst)) return undefined;
      const stale = this.#queue.take(burst.left);
      this.#staleHandler?.onStale(stale);
    }
    return NOTHING;
  }

  /**
   * Bytes behind the first string of a burst are a message where the burst is packed strings, or where it starts just
   * where one whole, cleanly padded buffer ended; otherwise they are what an earlier message left in a fixed buffer. A
   * burst longer than any message is no buffer: its strings are messages, wherever the last read has cut it.
   */
  #isFurtherMessage(burst: Readonly<Burst>): boolean {
    if (burst.totalBytes > this.#limits.maxMessageBytes) return true;
    if (!burst.endsInNul) return false;
    if (!usualBuffers.has(burst.totalBytes)) return true;
    return burst.taken > burst.stringsEnd && burst.taken % SMALLEST_BUFFER === 0;
  }

  /**
   * Whether a chunk belongs to the burst before it. After a reply it is the peer's reaction - a burst of its own -
   * unless it completes what was answered too early: a fixed buffer whose first segment held the text (4096 + 904),
   * or packed strings that were cut within one of them.
   */
  #continuesBurst(bytes: Buffer, now: number): boolean {
    const before = this.#queue.newestBurst;
    if (!before || now - before.lastAt > this.#limits.quietMs) return false;
    if (!this.#replied) return true;
    if (isRestOfBuffer(before, bytes)) return true;
    return !before.endsInNul && !usualBuffers.has(before.totalBytes) && !isSameBufferAgain(before, bytes);
  }

  // -- phases that read no text ----------------------------------------------------------------------------------

  /** An acknowledgement: a line from a line peer, a chunk from others [FILE-0]. */
  #nextRaw(now: number): Framed {
    if (this.#framing === "line") return this.#nextRawLine(now);
    // The rest of a buffer behind a nul peer's last string is no acknowledgement; the chunk may be such a buffer itself.
    const undecided = this.#framing === "nul" ? this.#skipStale(now) : undefined;
    if (undecided) return undecided;
    const length = this.#queue.first()?.bytes.length ?? 0;
    return { kind: "message", bytes: this.#queue.take(length, this.#framing === "nul" ? "string" : "bytes") };
  }

  /** A line that does not come is not waited for long. */
  #nextRawLine(now: number): Framed {
    const end = this.#queue.indexOf(NEWLINE);
    const length = end < 0 ? this.#queue.length : end;
    if (length > this.#limits.maxMessageBytes) return TOO_LONG;
    if (end >= 0) return { kind: "message", bytes: this.#queue.take(end + 1) };
    const wait = this.#ended ? 0 : this.#queue.lastAt + this.#limits.quietMs - now;
    if (wait > 0) return { kind: "wait", ms: wait };
    return { kind: "message", bytes: this.#queue.take(length) };
  }

  #nextRecord(reading: Reading, now: number, session: unknown): Framed {
    const bytes = this.#queue.peek(this.#queue.length);
    const stillMs = this.#queue.length > 0 ? now - this.#queue.lastAt : 0;
    const decoded = reading.decode?.({ bytes, stillMs, ended: this.#ended }, session);
    if (decoded && "take" in decoded) {
      return { kind: "message", bytes: this.#queue.take(decoded.take), value: decoded.value };
    }
    if (bytes.length > this.#limits.maxMessageBytes) return TOO_LONG;
    return decoded ? { kind: "wait", ms: Math.max(1, decoded.waitMs) } : NOTHING;
  }
}

const isAnyWord = () => true;
const within = (length: number, index: number) => (index < length ? index : -1);

/** A bare read as messages: its strings, where it is a C program's buffer, taken apart where the phase knows how. */
function bareParts(bytes: Buffer, reading: Reading, session: unknown): Buffer[] {
  const strings = stringsOf(bytes);
  const [first] = strings;
  if (!first || !reading.unglue) return strings;
  const parts = reading.unglue(first.toString("utf8"), session);
  if (!parts || parts.length < 2) return strings;
  return [...parts.map((part) => Buffer.from(part)), ...strings.slice(1)];
}
