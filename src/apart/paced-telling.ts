/** News that are told as a whole each time: at once where that is cheap, and where it is not, for no more than a tenth of the time. */
const SHARE = 10;

export class PacedTelling {
  readonly #tell: () => void;
  readonly #now: () => number;
  #restsUntil = 0;
  #later: NodeJS.Timeout | undefined;

  constructor(tell: () => void, now: () => number = () => performance.now()) {
    this.#tell = tell;
    this.#now = now;
  }

  /** Takes note of news. */
  changed(): void {
    const waitMs = this.#restsUntil - this.#now();
    if (waitMs <= 0) this.#say();
    else this.#later ??= setTimeout(() => this.#say(), waitMs);
  }

  /** Tells what waits, for one who must know it now. */
  flush(): void {
    if (this.#later) this.#say();
  }

  stop(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
  }

  #say(): void {
    this.stop();
    const began = this.#now();
    this.#tell();
    const now = this.#now();
    this.#restsUntil = now + (SHARE - 1) * (now - began);
  }
}
