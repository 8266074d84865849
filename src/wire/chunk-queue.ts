/**
 * Chunks as they were read, in order, with the bursts they came in. Searching never looks at a byte twice and a
 * message that spans chunks is joined once, so a line that arrives byte by byte costs its length, not its square.
 *
 * Chunks that wait outlive V8's young generation, and only a collection of everything would free their memory: a chunk that is the
 * only view of its memory is let go of as soon as its bytes have been copied out. One that a view was handed out of is left to the collector.
 *
 * Long, because its indices are one invariant.
 */
import { asciiText } from "./text-lines.ts";

export interface Chunk {
  readonly bytes: Buffer;
  readonly at: number;
  readonly burst: Burst;
  /** Filled the buffer that it was read into: more of the same write may follow. */
  readonly isFull: boolean;
  /** Memory of it alone, until a view of it is handed out. */
  memory: ArrayBuffer | undefined;
}

/** Read, with those that continue it [FRAME-3]. */
export interface Read {
  readonly sizeBytes: number;
  /** The last chunk of it filled the read buffer, and nothing has come behind it. */
  readonly isOpen: boolean;
  /** When its last chunk came. */
  readonly at: number;
}

/** Chunks that came no more than the quiet time apart. */
export interface Burst {
  totalBytes: number;
  lastAt: number;
  endsInNul: boolean;
  /** The last bytes of its last chunk: see `tailOf`. */
  tail: number;
  /** C strings that ended in it. */
  strings: number;
  /** Bytes of it up to the end of the last of them. */
  stringsEnd: number;
  /** Bytes of it already taken. */
  taken: number;
}

/** How far the unread chunks are known to hold no such byte. */
interface Search {
  readonly byte: number;
  chunks: number;
  bytes: number;
}

/** The unread chunks joined, as far as they were looked at; room is left for those to come. */
interface Joined {
  buffer: Buffer;
  chunks: number;
  bytes: number;
}

const TAIL_BYTES = 4;
/** The most that Node reads at once. */
export const READ_BUFFER_BYTES = 65_536;
/** Longest text that is joined in `lent`. */
const LENT_BYTES = 65_536;
/** Memory to join chunks in, of which no view is handed out. */
let lent: Buffer | undefined;

export class ChunkQueue {
  #chunks: Chunk[] = [];
  /** Chunks before this index are taken; they are dropped in batches. */
  #first = 0;
  /** Bytes of the first chunk that are taken: many lines of one chunk cost no chunk each. */
  #offset = 0;
  #length = 0;
  #newest: Burst | undefined;
  #searches: Search[] = [];
  #joined: Joined | undefined;

  get length(): number {
    return this.#length;
  }

  /** When the last chunk came. */
  get lastAt(): number {
    return this.#newest?.lastAt ?? 0;
  }

  get newestBurst(): Readonly<Burst> | undefined {
    return this.#newest;
  }

  /** `isOwn`: the only view of this memory, which holds nothing but these bytes. */
  push(bytes: Buffer, at: number, continuesBurst: boolean, isOwn = false): void {
    if (!this.#newest || !continuesBurst) {
      this.#newest = {
        totalBytes: 0,
        lastAt: at,
        endsInNul: false,
        tail: 0,
        strings: 0,
        stringsEnd: 0,
        taken: 0,
      };
    }
    const burst = this.#newest;
    burst.totalBytes += bytes.length;
    burst.lastAt = at;
    burst.endsInNul = bytes[bytes.length - 1] === 0;
    burst.tail = tailOf(bytes);
    const isFull = bytes.length >= READ_BUFFER_BYTES;
    const memory = isOwn ? (bytes.buffer as ArrayBuffer) : undefined;
    this.#chunks.push({ bytes, at, burst, isFull, memory });
    this.#length += bytes.length;
  }

  /** The first chunk, or what is left of it: its bytes are good until they are taken. */
  first(): Chunk | undefined {
    const chunk = this.#chunks[this.#first];
    if (!chunk || this.#offset === 0) return chunk;
    const rest = { ...chunk, bytes: chunk.bytes.subarray(this.#offset) };
    this.#chunks[this.#first] = rest;
    this.#offset = 0;
    return rest;
  }

  /** The first chunk, and where it filled the read buffer, those of its burst that continue it. */
  firstRead(): Read | undefined {
    let sizeBytes = -this.#offset;
    for (let index = this.#first; ; index += 1) {
      const chunk = this.#chunks[index];
      if (!chunk) return undefined;
      sizeBytes += chunk.bytes.length;
      const next = this.#chunks[index + 1];
      if (!chunk.isFull || (next && next.burst !== chunk.burst))
        return { sizeBytes, isOpen: false, at: chunk.at };
      if (!next) return { sizeBytes, isOpen: true, at: chunk.at };
    }
  }

  /** Puts parts of a chunk that was just taken back in front, each a chunk of its own. */
  putBack(parts: readonly Buffer[], from: Chunk): void {
    if (parts.length === 0) return;
    const chunks = parts.map((bytes) => ({ ...from, bytes, isFull: false, memory: undefined }));
    this.#chunks.splice(this.#first, 0, ...chunks);
    for (const part of parts) {
      this.#length += part.length;
      from.burst.taken -= part.length;
    }
    this.#forget();
  }

  /** The first chunk, or its first `limit` bytes. */
  takeChunk(limit = Number.POSITIVE_INFINITY): Buffer | undefined {
    const chunk = this.first();
    if (!chunk) return undefined;
    return this.take(Math.min(chunk.bytes.length, limit));
  }

  /** The first `count` bytes as one buffer; `count` is at most `length`. A string that ends here is counted. */
  take(count: number, what: "bytes" | "string" = "bytes"): Buffer {
    const bytes = this.#viewOfFirst(count) ?? this.#copyTo(Buffer.allocUnsafe(Math.min(count, this.#length)));
    this.skip(count, what);
    return bytes;
  }

  /** The first `count` bytes, which stay, as text: where they are ASCII, and no more than a read. */
  textOf(count: number): string | undefined {
    if (count > LENT_BYTES) return undefined;
    lent ??= Buffer.allocUnsafeSlow(LENT_BYTES);
    return asciiText(this.#copyTo(lent.subarray(0, count)));
  }

  /** Part of the first chunk, where that is enough: from now on its memory is not its own. */
  #viewOfFirst(count: number): Buffer | undefined {
    const chunk = this.#chunks[this.#first];
    const end = this.#offset + count;
    if (!chunk || end > chunk.bytes.length) return undefined;
    chunk.memory = undefined;
    return chunk.bytes.subarray(this.#offset, end);
  }

  /** Fills `target` with the first bytes, which stay. */
  #copyTo(target: Buffer): Buffer {
    let from = this.#offset;
    let filled = 0;
    for (let index = this.#first; filled < target.length; index += 1) {
      const chunk = this.#chunks[index];
      if (!chunk) break;
      filled += chunk.bytes.copy(target, filled, from);
      from = 0;
    }
    return target;
  }

  /** Takes bytes that are not looked at any more. */
  skip(count: number, what: "bytes" | "string" = "bytes"): void {
    for (let left = count; ; ) {
      const chunk = this.#chunks[this.#first];
      if (!chunk) break;
      const size = chunk.bytes.length - this.#offset;
      const part = Math.min(size, left);
      left -= part;
      this.#length -= part;
      noteTaken(chunk.burst, part, left === 0 && what === "string");
      if (part < size) {
        this.#offset += part;
        break;
      }
      this.#dropFirst();
      if (left === 0) break;
    }
    this.#forget();
  }

  /** The first `limit` bytes, which stay; asked again after each chunk, it joins only what is new. */
  peek(limit: number): Buffer {
    const count = Math.min(limit, this.#length);
    const first = this.first();
    if (!first) return Buffer.alloc(0);
    const view = this.#viewOfFirst(count);
    if (view) return view;
    this.#joined ??= { buffer: Buffer.alloc(0), chunks: 0, bytes: 0 };
    const joined = this.#joined;
    if (joined.buffer.length < this.#length) {
      // Twice the room each time it runs out, so that a byte is copied a bounded number of times.
      const roomier = Buffer.alloc(this.#length * 2);
      joined.buffer.copy(roomier, 0, 0, joined.bytes);
      joined.buffer = roomier;
    }
    while (joined.bytes < count) {
      const chunk = this.#chunks[this.#first + joined.chunks];
      if (!chunk) break;
      chunk.bytes.copy(joined.buffer, joined.bytes);
      joined.chunks += 1;
      joined.bytes += chunk.bytes.length;
    }
    return joined.buffer.subarray(0, count);
  }

  /** Offset of the first such byte, or -1. */
  indexOf(byte: number): number {
    const search = this.#searchFor(byte);
    for (;;) {
      const chunk = this.#chunks[this.#first + search.chunks];
      if (!chunk) return -1;
      const start = search.chunks === 0 ? this.#offset : 0;
      const index = chunk.bytes.indexOf(byte, start);
      if (index >= 0) return search.bytes + index - start;
      search.chunks += 1;
      search.bytes += chunk.bytes.length - start;
    }
  }

  #searchFor(byte: number): Search {
    for (const search of this.#searches) if (search.byte === byte) return search;
    const search = { byte, chunks: 0, bytes: 0 };
    this.#searches.push(search);
    return search;
  }

  /** Takes leading bytes of this value, at most `limit`; answers how many. */
  skipWhile(byte: number, limit = Number.POSITIVE_INFINITY): number {
    let skipped = 0;
    for (let chunk = this.first(); chunk; chunk = this.first()) {
      const end = Math.min(chunk.bytes.length, limit - skipped);
      let count = 0;
      while (count < end && chunk.bytes[count] === byte) count += 1;
      if (count === 0) break;
      this.skip(count);
      skipped += count;
    }
    return skipped;
  }

  /** The burst that the first unread byte came in. `isLast`: no later one has begun. */
  burst(): Readonly<Burst> & { readonly left: number; readonly isLast: boolean } {
    const burst = this.#chunks[this.#first]?.burst;
    if (!burst) throw new Error("asked for the burst of an empty queue");
    return { ...burst, left: burst.totalBytes - burst.taken, isLast: burst === this.#newest };
  }

  /** Forgets the findings about the unread chunks: they change from the front. */
  #forget(): void {
    for (const search of this.#searches) {
      search.chunks = 0;
      search.bytes = 0;
    }
    this.#joined = undefined;
  }

  /** Nothing is left of the first chunk. */
  #dropFirst(): void {
    // Only memory of its own: all that was handed out of it are copies.
    this.#chunks[this.#first]?.memory?.transfer(0);
    this.#offset = 0;
    this.#first += 1;
    if (this.#first === this.#chunks.length) {
      this.#chunks = [];
      this.#first = 0;
    } else if (this.#first >= 1024) {
      this.#chunks.splice(0, this.#first);
      this.#first = 0;
    }
  }
}

/** The last bytes of a chunk as one number: a buffer for each would keep its whole chunk in memory. */
export function tailOf(bytes: Buffer): number {
  let tail = 0;
  for (let at = Math.max(0, bytes.length - TAIL_BYTES); at < bytes.length; at += 1)
    tail = (tail << 8) | (bytes[at] ?? 0);
  return tail;
}

function noteTaken(burst: Burst, count: number, isStringsEnd: boolean): void {
  burst.taken += count;
  if (!isStringsEnd) return;
  burst.strings += 1;
  burst.stringsEnd = burst.taken;
}
