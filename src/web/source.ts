/**
 * A source knows how something stands, and its version, which grows when it stands otherwise. All pages that look at the same thing
 * share one, so a look costs the same for one page and for twenty; it is there only while a page looks at it.
 */
import { Pace } from "./pace.ts";

export interface Source {
  /** Looks again, and raises the version where something is otherwise. */
  look(now: number): void;
  readonly version: number;
  /** JSON of what a page needs that has seen this version; 0: it has seen none. */
  since(version: number): string;
  close(): void;
}

export interface WholeSourceOptions {
  readonly make: () => unknown;
  /** How often it is looked at where nothing has been told to happen. */
  readonly everyMs: number;
  /** How often at most, where much happens. */
  readonly leastMs?: number;
  /** Is given what to call when something has happened; answers what ends that. */
  readonly follow?: (onChange: () => void) => () => void;
}

/** A source whose state is small: it is sent whole. */
export class WholeSource implements Source {
  readonly #options: WholeSourceOptions;
  readonly #unfollow: (() => void) | undefined;
  #json = "null";
  #version = 0;
  #nextAt = Number.NEGATIVE_INFINITY;
  #soonAt = Number.NEGATIVE_INFINITY;
  #isStale = true;
  readonly #pace = new Pace();

  constructor(options: WholeSourceOptions) {
    this.#options = options;
    this.#unfollow = options.follow?.(() => {
      this.#isStale = true;
    });
  }

  get version(): number {
    return this.#version;
  }

  look(now: number): void {
    if (now < (this.#isStale ? this.#soonAt : this.#nextAt)) return;
    const { make, everyMs, leastMs = 0 } = this.#options;
    this.#isStale = false;
    const begun = performance.now();
    const json = JSON.stringify(make());
    this.#pace.note(performance.now() - begun);
    this.#soonAt = leastMs === 0 ? now : now + Math.max(leastMs, this.#pace.pauseMs);
    this.#nextAt = Math.max(this.#soonAt, now + everyMs);
    if (this.#version > 0 && json === this.#json) return;
    this.#json = json;
    this.#version += 1;
  }

  since(): string {
    return this.#json;
  }

  close(): void {
    this.#unfollow?.();
  }
}
