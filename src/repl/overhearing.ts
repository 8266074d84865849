/**
 * Bytes of a live connection that its story does not keep: of files, and of reads and writes that are longer than an entry. They are listened to
 * on the way to the peer; a reader that is slow gets them late, and beyond a limit not at all.
 */
import type { Lab } from "../lab/lab.ts";
import type { HiddenSpan } from "../printable.ts";
import { contextOf } from "../stories/editions.ts";
import type { Visibility } from "../stories/entry-text.ts";
import type { Story } from "../stories/story.ts";

export interface PieceDocument {
  readonly kind: "in" | "out";
  /** Microseconds since the story opened. */
  readonly at: number;
  /** Bytes of this direction that went before it. */
  readonly start: number;
  /** base64 */
  readonly bytes: string;
  readonly hidden: readonly HiddenSpan[];
}

interface Reader {
  readonly lab: Lab;
  readonly isBehind: () => boolean;
  readonly tell: (piece: PieceDocument) => void;
}

/** An entry keeps as much as this when memory is short. */
const ALWAYS_KEPT = 256;
/** Bytes of one document, which is a line of JSON: as many as a segment of a loopback interface has. */
const PIECE_BYTES = 65_483;
/** Bytes that wait for all slow readers together. */
const MAX_WAITING = 64 * 1_048_576;
const RETRY_MS = 5;
let waitingBytes = 0;

export class Overhearing {
  readonly #story: Story;
  readonly #visibility: Visibility;
  readonly #reader: Reader;
  /** Documents for when the reader has caught up, with the bytes that they hold. */
  readonly #waiting: { readonly sizeBytes: number; readonly tell: () => void }[] = [];
  readonly #sums = { in: 0, out: 0 };
  #end: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(story: Story, visibility: Visibility, reader: Reader) {
    this.#story = story;
    this.#visibility = visibility;
    this.#reader = reader;
    this.listen();
    // A connection that begins now is there at the end of this turn.
    if (!this.#end) process.nextTick(() => this.listen());
  }

  /** Begins, unless it has, once there is a connection, and no file under way whose bytes are not counted yet. */
  listen(): void {
    const { subject, bytesIn, bytesOut } = this.#story;
    if (this.#end || isMoving(this.#story)) return;
    [this.#sums.in, this.#sums.out] = [bytesIn, bytesOut];
    this.#end = this.#reader.lab.overhear(subject.id, (kind, bytes) => this.#hear(kind, bytes));
  }

  /** Bytes wait for the reader: what happens now is told behind them. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  tellBehind(tell: () => void): void {
    this.#waiting.push({ sizeBytes: 0, tell });
  }

  /** The connection is over; what waits is told. */
  close(): void {
    this.#end?.();
    this.#end = () => undefined;
  }

  /** The reader has gone. */
  stop(): void {
    this.close();
    clearTimeout(this.#timer);
    for (const { sizeBytes } of this.#waiting.splice(0)) waitingBytes -= sizeBytes;
  }

  #hear(kind: "in" | "out", bytes: Buffer): void {
    const start = this.#sums[kind];
    this.#sums[kind] += bytes.length;
    if (bytes.length <= ALWAYS_KEPT && !isMoving(this.#story)) return;
    for (let from = 0; from < bytes.length; from += PIECE_BYTES)
      this.#keep(kind, start + from, bytes.subarray(from, from + PIECE_BYTES));
    this.#flush();
  }

  #keep(kind: "in" | "out", start: number, piece: Buffer): void {
    if (waitingBytes + piece.length > MAX_WAITING) return;
    waitingBytes += piece.length;
    const redactor = this.#visibility.showTokens ? undefined : contextOf(this.#story).redactor;
    const { bytes, hidden } = redactor?.redact(piece) ?? { bytes: piece, hidden: [] };
    const document = { kind, at: this.#story.now(), start, bytes: bytes.toString("base64"), hidden };
    this.#waiting.push({ sizeBytes: piece.length, tell: () => this.#reader.tell(document) });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let next = this.#waiting[0]; next && !this.#reader.isBehind(); next = this.#waiting[0]) {
      this.#waiting.shift();
      waitingBytes -= next.sizeBytes;
      next.tell();
    }
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#flush(), RETRY_MS);
  }
}

/** A file is under way. */
function isMoving({ entries }: Story): boolean {
  const file = entries.findLast((entry) => entry.kind === "file");
  return file !== undefined && file.size + (file.ahead ?? 0) < file.told;
}
