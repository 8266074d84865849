/**
 * A source knows how something stands, and its version, which grows when it stands otherwise. All pages that look at the same thing
 * share one, so a look costs the same for one page and for twenty; it is there only while a page looks at it.
 */
export interface Source {
  /** Looks again, and raises the version where something is otherwise. */
  look(now: number): void;
  readonly version: number;
  /** JSON of what a page needs that has seen this version; 0: it has seen none. */
  since(version: number): string;
  close(): void;
}

/** A source whose state is small: it is sent whole. Looked at only where something has happened, or as often as is told. */
export class WholeSource implements Source {
  readonly #make: () => unknown;
  readonly #everyMs: number;
  readonly #unfollow: () => void;
  #json = "null";
  #version = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isStale = true;

  /** `follow` is given what to call when something has happened. */
  constructor(make: () => unknown, everyMs: number, follow?: (onChange: () => void) => () => void) {
    this.#make = make;
    this.#everyMs = everyMs;
    this.#unfollow =
      follow?.(() => {
        this.#isStale = true;
      }) ?? (() => undefined);
  }

  get version(): number {
    return this.#version;
  }

  look(now: number): void {
    if (!this.#isStale && now - this.#lookedAt < this.#everyMs) return;
    this.#isStale = false;
    this.#lookedAt = now;
    const json = JSON.stringify(this.#make());
    if (this.#version > 0 && json === this.#json) return;
    this.#json = json;
    this.#version += 1;
  }

  since(): string {
    return this.#json;
  }

  close(): void {
    this.#unfollow();
  }
}
