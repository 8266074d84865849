/**
 * Chunks as they were read, in order, with the bursts they came in. Searching never looks at a byte twice and a
 * message that spans chunks is joined once, so a line that arrives byte by byte costs its length, not its square.
 *
 * Long, because its indices are one invariant.
 */

export interface Chunk {
  readonly bytes: Buffer;
  readonly at: number;
  readonly burst: Burst;
  /** Filled the buffer that it was read into: more of the same write may follow. */
  readonly isFull: boolean;
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

  push(bytes: Buffer, at: number, continuesBurst: boolean): void {
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
    this.#chunks.push({ bytes, at, burst, isFull: bytes.length >= READ_BUFFER_BYTES });
    this.#length += bytes.length;
  }

  /** The first chunk, or what is left of it. */
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
    this.#chunks.splice(this.#first, 0, ...parts.map((bytes) => ({ ...from, bytes, isFull: false })));
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
    const start = this.#offset;
    const chunk = this.#skipWithinFirst(count, what);
    return chunk ? chunk.bytes.subarray(start, start + count) : this.#takeAcross(count, what);
  }

  /** Takes bytes that are not looked at. */
  skip(count: number): void {
    if (!this.#skipWithinFirst(count, "bytes")) this.#takeAcross(count, "bytes");
  }

  /** The first chunk, where something is left of it then. */
  #skipWithinFirst(count: number, what: "bytes" | "string"): Chunk | undefined {
    const chunk = this.#chunks[this.#first];
    if (!chunk || this.#offset + count >= chunk.bytes.length) return undefined;
    this.#offset += count;
    this.#length -= count;
    noteTaken(chunk.burst, count, what === "string");
    this.#forget();
    return chunk;
  }

  #takeAcross(count: number, what: "bytes" | "string"): Buffer {
    const parts: Buffer[] = [];
    let left = count;
    while (left > 0) {
      const chunk = this.first();
      if (!chunk) break;
      const part = chunk.bytes.length <= left ? chunk.bytes : chunk.bytes.subarray(0, left);
      parts.push(part);
      left -= part.length;
      this.#length -= part.length;
      noteTaken(chunk.burst, part.length, left === 0 && what === "string");
      if (part.length === chunk.bytes.length) this.#dropFirst();
      else this.#offset = part.length;
    }
    this.#forget();
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }

  /** The first `limit` bytes, which stay; asked again after each chunk, it joins only what is new. */
  peek(limit: number): Buffer {
    const count = Math.min(limit, this.#length);
    const first = this.first();
    if (!first || count <= first.bytes.length)
      return first ? first.bytes.subarray(0, count) : Buffer.alloc(0);
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
      this.take(count);
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

  #dropFirst(): void {
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
