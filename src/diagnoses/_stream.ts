/** Reads laid end to end, from which message after message is taken, as framing took them. */
import { usualBuffers } from "../wire/usual-buffers.ts";
import type { FramedMessage, Read } from "./_evidence.ts";

export class Stream {
  readonly #reads: readonly Read[];
  readonly #framing: string;
  /** Offset of each read in the stream. */
  readonly #starts: number[] = [];
  readonly #bytes: Buffer;
  #position = 0;

  constructor(reads: readonly Read[], framing: string) {
    this.#reads = reads;
    this.#framing = framing;
    let start = 0;
    for (const { bytes } of reads) {
      this.#starts.push(start);
      start += bytes.length;
    }
    this.#bytes = Buffer.concat(reads.map(({ bytes }) => bytes));
  }

  /** Bytes that no message has taken. */
  get rest(): Buffer {
    this.#skip("\n\r\0");
    return this.#bytes.subarray(this.#position);
  }

  /** The same with the ending of an earlier message that came late. */
  get left(): Buffer {
    return this.#bytes.subarray(this.#position);
  }

  take(size: number, isText: boolean): Omit<FramedMessage, "index" | "state" | "rule"> {
    if (isText) this.#skip("\n\r\0");
    const start = this.#position;
    const end = Math.min(start + size, this.#bytes.length);
    this.#position = end;
    if (isText) this.#skipEnding();
    const bytes = this.#bytes.subarray(start, end);
    const touched = this.#reads.filter((_, index) => this.#touches(index, start, end));
    const first = this.#startOf(touched[0]);
    const isWholeReads = first === start && this.#isAtBoundary();
    return { bytes, text: bytes.toString("utf8"), reads: touched, isWholeReads };
  }

  #touches(index: number, start: number, end: number): boolean {
    const from = this.#starts[index] ?? 0;
    const to = this.#starts[index + 1] ?? this.#bytes.length;
    return from < end && to > start;
  }

  #startOf(read: Read | undefined): number {
    return read ? (this.#starts[this.#reads.indexOf(read)] ?? -1) : -1;
  }

  #isAtBoundary(): boolean {
    return this.#position >= this.#bytes.length || this.#starts.includes(this.#position);
  }

  #skip(characters: string): void {
    while (
      this.#position < this.#bytes.length &&
      characters.includes(String.fromCharCode(this.#bytes[this.#position] ?? 0x20))
    )
      this.#position += 1;
  }

  /** Ending of a message: a newline or NUL; in a fixed buffer, all that is stale behind it. */
  #skipEnding(): void {
    const next = this.#starts.find((start) => start > this.#position) ?? this.#bytes.length;
    const read = this.#reads[this.#starts.findLastIndex((start) => start <= this.#position)];
    const isNul = this.#bytes[this.#position] === 0;
    if (isNul && read && usualBuffers.has(read.size)) this.#position = next;
    else if (this.#framing === "line" || this.#framing === "nul" || isNul) this.#skip("\n\r\0");
  }
}
