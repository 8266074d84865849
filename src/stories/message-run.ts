/**
 * Messages that came one behind the other, of one story: they are only counted, with the sizes of as many as a story can keep, and
 * written when anything else happens to it or it is read. A client that pipelines has a thousand of them in a read.
 */
import { sharedFact } from "./shared-facts.ts";
import { LAST_ENTRIES, type MessageFact } from "./slots.ts";

/** Messages of one read, and the sizes of the last of them. */
export interface CountedRun {
  readonly at: number;
  readonly count: number;
  readonly fact: MessageFact;
  /** Number of the first whose size is known: a story keeps no more than come from there on. */
  readonly first: number;
  sizeOf(number: number): number;
}

/** Story that a run belongs to: it writes what was counted. */
export interface Runner {
  keepRun(run: CountedRun): void;
}

export class MessageRun implements CountedRun {
  #runner: Runner | undefined;
  #fact: MessageFact = { kind: "message", state: "", rule: "" };
  #at = 0;
  #count = 0;
  readonly #sizes = new Int32Array(LAST_ENTRIES);

  /** When the first of them came: they are all of one read. */
  get at(): number {
    return this.#at;
  }

  get count(): number {
    return this.#count;
  }

  get fact(): MessageFact {
    return this.#fact;
  }

  get first(): number {
    return Math.max(0, this.#count - LAST_ENTRIES);
  }

  sizeOf(number: number): number {
    return this.#sizes[number % LAST_ENTRIES] ?? 0;
  }

  isOf(runner: Runner): boolean {
    return this.#runner === runner;
  }

  /** Counts one more of the run under way, where it is one: of the same story, state, rule and read. */
  goesOn(runner: Runner, state: string, rule: string, handedAt: number, sizeBytes: number): boolean {
    const fact = this.#fact;
    if (this.#runner !== runner || fact.state !== state || fact.rule !== rule || this.#at !== handedAt)
      return false;
    this.#remember(sizeBytes);
    return true;
  }

  #remember(sizeBytes: number): void {
    this.#sizes[this.#count % LAST_ENTRIES] = sizeBytes;
    this.#count += 1;
  }

  /** Fact of a message, its size aside. */
  factOf(state: string, rule: string): MessageFact {
    const { state: lastState, rule: lastRule } = this.#fact;
    return state === lastState && rule === lastRule
      ? this.#fact
      : sharedFact({ kind: "message", state, rule });
  }

  /** Counts those that come behind one of this story, which is written already; a run of anything else is over. */
  begin(runner: Runner, fact: MessageFact, at: number): void {
    this.end();
    this.#runner = runner;
    this.#fact = fact;
    this.#at = at;
  }

  /** Has it written. */
  end(): void {
    const runner = this.#runner;
    this.#runner = undefined;
    if (this.#count > 0) runner?.keepRun(this);
    this.#count = 0;
  }
}

/** There is one thread, and so one run at a time. */
export const messageRun = new MessageRun();
