/** Writes to the log whose answer is not known yet, or did not come: each has a name, by which its entry is known when it is read. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../machines/_world.ts";

/** An engine that has not answered by then is asked again. */
const ANSWER_LIMIT_MS = 10_000;
/** An entry of a write that nothing was heard of may still be read so much later; the engine knows its name for longer. */
const KEPT_MS = 120_000;

export interface Attempt {
  readonly write: string;
  readonly key: string;
  /** State of the row that was sent, and the import as whose it was sent. */
  readonly version: number;
  readonly batch: string | null;
  readonly at: number;
  /** When it was sent last: without an answer, it is sent again. */
  sentAt: number;
  isUnderWay: boolean;
}

export class WriteAttempts {
  readonly #clock: Clock;
  readonly #origin = randomBytes(6).toString("hex");
  readonly #attempts = new Map<string, Attempt>();
  /** Attempts without an answer, by key. */
  readonly #unanswered = new Map<string, Attempt>();
  #count = 0;
  #underWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** Keeps the name of an attempt that is sent again: the engine knows by it what it has, and puts it behind no later write of another. */
  begin(of: Pick<Attempt, "key" | "version" | "batch">): Attempt {
    const before = this.#unanswered.get(of.key);
    const isAgain = before?.version === of.version && before.batch === of.batch;
    const attempt = isAgain ? before : this.#newAttempt(of);
    this.#unanswered.delete(of.key);
    attempt.sentAt = this.#clock.now();
    attempt.isUnderWay = true;
    this.#underWay += 1;
    return attempt;
  }

  #newAttempt({ key, version, batch }: Pick<Attempt, "key" | "version" | "batch">): Attempt {
    this.#count += 1;
    const now = this.#clock.now();
    const write = `${this.#origin}/${this.#count}`;
    const attempt = { write, key, version, batch, at: now, sentAt: now, isUnderWay: false };
    this.#attempts.set(write, attempt);
    return attempt;
  }

  /** The log has it: answers which it was, once. */
  take(write: string | undefined): Attempt | undefined {
    const attempt = write === undefined ? undefined : this.#attempts.get(write);
    if (!attempt) return undefined;
    this.#forget(attempt);
    this.#stop(attempt);
    return attempt;
  }

  /** No answer: it may be in the log all the same. */
  giveUp(attempt: Attempt): void {
    this.#stop(attempt);
    if (this.#attempts.has(attempt.write)) this.#unanswered.set(attempt.key, attempt);
  }

  #stop(attempt: Attempt): void {
    if (attempt.isUnderWay) this.#underWay -= 1;
    attempt.isUnderWay = false;
  }

  #forget({ write, key }: Attempt): void {
    this.#attempts.delete(write);
    if (this.#unanswered.get(key)?.write === write) this.#unanswered.delete(key);
  }

  /** Answers those under way that are given up now. */
  giveUpOld(): readonly Attempt[] {
    const now = this.#clock.now();
    const old: Attempt[] = [];
    for (const attempt of this.#attempts.values()) {
      if (attempt.isUnderWay && attempt.sentAt < now - ANSWER_LIMIT_MS) old.push(attempt);
      if (!attempt.isUnderWay && attempt.at < now - KEPT_MS) this.#forget(attempt);
    }
    for (const attempt of old) this.giveUp(attempt);
    return old;
  }

  /** Nothing that was written counts any more. */
  clear(): void {
    for (const attempt of this.#attempts.values()) attempt.isUnderWay = false;
    this.#attempts.clear();
    this.#unanswered.clear();
    this.#underWay = 0;
  }
}
