/**
 * Whether a server answers anything at all. Three tries with a program started anew for each, in all the time that an answer has, prove
 * that it does not: what is asked from then on is waited for only as long as it takes to see that the program waits itself, and what fails
 * in the same way is told as a consequence of the first. A single byte in answer to anything disproves it, and then all of that is tried
 * again in full.
 */
import { patience } from "./patience.ts";

/** An answer of a program that has never given one, where it cannot be seen that none is on its way. */
const ANSWER_MS = 300;
/** A silent program is looked at after so long. */
const LOOK_MS = 25;
const ENOUGH_TRIES = 3;

/** How a try ended beside its silence. */
export interface Manner {
  /** The program's own end, e.g. "exit status 1"; undefined: it runs. */
  readonly end: string | undefined;
  /** Last line that it printed. */
  readonly words: string;
}

export class Silence {
  /** A byte has come after something was said. */
  hasAnswered = false;
  readonly #isStarted: boolean;
  #hasAsked = false;
  #tries = 0;
  #first: (Manner & { readonly id: string }) | undefined;

  /** `isStarted`: the check starts the program itself. One that runs already may hang from another's visit, and proves nothing. */
  constructor(isStarted: boolean) {
    this.#isStarted = isStarted;
  }

  get isProved(): boolean {
    return this.#isStarted && !this.hasAnswered && this.#tries >= ENOUGH_TRIES;
  }

  /** A try begins: what was asked in another is none of it. */
  begins(): void {
    this.#hasAsked = false;
  }

  asked(): void {
    this.#hasAsked = true;
  }

  answered(): void {
    this.hasAnswered = true;
  }

  /** A try has failed; answers the case that failed in the same way before it, where nothing is answered ever. */
  failed(id: string, manner: Manner): string | undefined {
    if (!this.#hasAsked) return undefined;
    this.#hasAsked = false;
    const first = this.#first;
    if (!this.isProved) {
      this.#first ??= { id, ...manner };
      this.#tries += 1;
      return undefined;
    }
    const isLikeFirst = first?.end === manner.end && first?.words === manner.words;
    return first?.id !== id && isLikeFirst ? first?.id : undefined;
  }

  /** Of a wait that is given `usualMs`. */
  withinMs(usualMs: number): number {
    return this.isProved ? Math.min(usualMs, ANSWER_MS) : usualMs;
  }

  /** Silence after which a program is looked at, which is usually `usualMs`. */
  quietMs(usualMs: number): number {
    return this.isProved ? Math.min(usualMs, Math.round(LOOK_MS * patience())) : usualMs;
  }
}
