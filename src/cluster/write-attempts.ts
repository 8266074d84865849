/** Writes to the log whose answer is not known yet, or did not come: each has a name, by which its entry is known when it is read. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../machines/_world.ts";

/** An engine that has not answered by then is asked again. */
const ANSWER_LIMIT_MS = 10_000;
/** An entry of a write that nothing was heard of may still be read so much later. */
const KEPT_MS = 120_000;

export interface Attempt {
  readonly write: string;
  readonly key: string;
  /** State of the row that was sent, and the import as whose it was sent. */
  readonly version: number;
  readonly batch: string | null;
  readonly at: number;
  isUnderWay: boolean;
}

export class WriteAttempts {
  readonly #clock: Clock;
  readonly #origin = randomBytes(6).toString("hex");
  readonly #attempts = new Map<string, Attempt>();
  #count = 0;
  #underWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get underWay(): number {
    return this.#underWay;
  }

  begin(of: Pick<Attempt, "key" | "version" | "batch">): Attempt {
    this.#count += 1;
    const { key, version, batch } = of;
    const write = `${this.#origin}/${this.#count}`;
    const attempt = { write, key, version, batch, at: this.#clock.now(), isUnderWay: true };
    this.#attempts.set(attempt.write, attempt);
    this.#underWay += 1;
    return attempt;
  }

  /** The log has it: answers which it was, once. */
  take(write: string | undefined): Attempt | undefined {
    const attempt = write === undefined ? undefined : this.#attempts.get(write);
    if (!attempt) return undefined;
    this.#attempts.delete(attempt.write);
    this.giveUp(attempt);
    return attempt;
  }

  /** No answer: it may be in the log all the same. */
  giveUp(attempt: Attempt): void {
    if (attempt.isUnderWay) this.#underWay -= 1;
    attempt.isUnderWay = false;
  }

  /** Answers those under way that are given up now. */
  giveUpOld(): readonly Attempt[] {
    const now = this.#clock.now();
    const old: Attempt[] = [];
    for (const attempt of this.#attempts.values()) {
      if (attempt.at < now - KEPT_MS) this.#attempts.delete(attempt.write);
      if (attempt.isUnderWay && attempt.at < now - ANSWER_LIMIT_MS) old.push(attempt);
    }
    for (const attempt of old) this.giveUp(attempt);
    return old;
  }

  /** Nothing that was written counts any more. */
  clear(): void {
    for (const attempt of this.#attempts.values()) attempt.isUnderWay = false;
    this.#attempts.clear();
    this.#underWay = 0;
  }
}
