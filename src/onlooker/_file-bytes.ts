/** Bytes of a file that a server sends, for the machine that would have read them from a disk. */
export class FileBytes {
  #left = 0;
  readonly #held: Buffer[] = [];
  #taker: (() => void) | undefined;

  get isExpected(): boolean {
    return this.#left > 0;
  }

  /** So many bytes of what comes are the file's. */
  expect(sizeBytes: number): void {
    this.#left = sizeBytes;
  }

  /** Takes those of them that are the file's; answers how many. Bytes that were not kept count as many others. */
  take(bytes: Buffer, size: number): number {
    const count = Math.min(size, this.#left);
    if (count === 0) return 0;
    this.#left -= count;
    const seen = bytes.subarray(0, count);
    this.#held.push(Buffer.concat([seen, Buffer.alloc(count - seen.length)]));
    this.#taker?.();
    return count;
  }

  /** Resolves to how many bytes were put into it, when there are any. */
  read(into: Uint8Array): Promise<number> {
    return new Promise((resolve) => {
      const take = () => {
        this.#taker = undefined;
        const [first] = this.#held;
        if (!first) {
          this.#taker = take;
          return;
        }
        const count = Math.min(first.length, into.length);
        into.set(first.subarray(0, count));
        if (count === first.length) this.#held.shift();
        else this.#held[0] = first.subarray(count);
        resolve(count);
      };
      take();
    });
  }
}
