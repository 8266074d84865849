/**
 * Copies of a few bytes each, several in one piece of memory: a buffer of their own, as a read comes in, costs more than they do. The
 * pieces are small, because keeping one copy keeps its whole piece; Node's own pool would be 8 KiB for a word.
 */
const PIECE_BYTES = 512;
export const FEW_BYTES = 64;

export class SmallCopies {
  #piece = Buffer.alloc(0);
  #used = 0;

  /** Of at most `FEW_BYTES`. */
  of(bytes: Buffer): Buffer {
    if (this.#used + bytes.length > this.#piece.length) {
      this.#piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
      this.#used = 0;
    }
    const copy = this.#piece.subarray(this.#used, this.#used + bytes.length);
    copy.set(bytes);
    this.#used += bytes.length;
    return copy;
  }
}
