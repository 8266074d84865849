/** A known number of bytes from a connection into a sink, past all framing, at the speed the sink takes them. */
import { NetlabError } from "../errors.ts";
import type { ByteSink, Clock } from "../machines/_world.ts";
import { cause } from "../stories/causes.ts";
import type { FileRecord } from "../stories/story.ts";
import type { Framer } from "../wire/framer.ts";
import type { Throttle } from "./throttle.ts";

/** A sender that falls silent in the middle is given up after this. */
const STALL_MS = 30_000;

export class Inflow {
  /** Resolves with the last byte written; rejects when the peer ends, stalls, or the sink fails. */
  readonly whole: Promise<void>;
  readonly #framer: Framer;
  readonly #throttle: Throttle;
  readonly #sink: ByteSink;
  readonly #sizeBytes: number;
  readonly #clock: Clock;
  readonly #record: FileRecord;
  #left: number;
  #isWriting = false;
  #hasEnded = false;
  #endError: Error | undefined;
  #timer: unknown;
  #settle: { resolve(): void; reject(error: unknown): void };

  constructor(
    framer: Framer,
    throttle: Throttle,
    sink: ByteSink,
    sizeBytes: number,
    clock: Clock,
    record: FileRecord,
  ) {
    this.#record = record;
    this.#framer = framer;
    this.#throttle = throttle;
    this.#sink = sink;
    this.#sizeBytes = sizeBytes;
    this.#clock = clock;
    this.#left = sizeBytes;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.whole = promise;
    this.#settle = { resolve, reject };
  }

  /** Bytes that are still to come from the peer: the rest is held here already. */
  get awaitedBytes(): number {
    return Math.max(0, this.#left - this.#framer.unreadBytes);
  }

  /** So many bytes have come, whether they are taken now or later. */
  count(bytes: number): void {
    this.#record.moved(bytes);
  }

  /** More bytes may have come. */
  flow(): void {
    if (this.#isWriting) return;
    void this.#writeAll().catch((error) => this.#finish(error));
  }

  /** No more bytes will come: the peer has closed, or `error` tells whose doing it is. */
  end(error?: Error): void {
    this.#hasEnded = true;
    this.#endError ??= error;
    this.flow();
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    this.#clock.clearTimeout(this.#timer);
    // The kernel keeps what the sink has no time for: memory stays bounded by a chunk or two.
    this.#throttle.hold();
    for (;;) {
      const chunk = this.#left > 0 ? this.#framer.takeChunk(this.#left) : undefined;
      if (!chunk) break;
      this.#left -= chunk.length;
      await this.#sink.write(chunk);
    }
    this.#isWriting = false;
    this.#throttle.release();
    if (this.#left === 0) return this.#finish(undefined);
    const got = this.#sizeBytes - this.#left;
    const progress = { got, told: this.#sizeBytes };
    if (this.#hasEnded)
      return this.#finish(this.#endError ?? NetlabError.of("peer-error", cause("transfer-cut", progress)));
    this.#timer = this.#clock.setTimeout(() => {
      const stalled = cause("transfer-stalled", { silentMs: STALL_MS, ...progress });
      this.#finish(NetlabError.of("timed-out", stalled));
    }, STALL_MS);
  }

  #finish(error: unknown): void {
    this.#clock.clearTimeout(this.#timer);
    this.#isWriting = true;
    if (error) this.#settle.reject(error);
    else this.#settle.resolve();
  }
}
