/**
 * Bus of one side of the engine in memory.
 *
 * Long, because messages, keys and logs of a side break off and come back together.
 */
import { NetlabError } from "../errors.ts";
import type { Bus, BusEntry, BusKeys, BusLog, BusMessage, BusTrouble, LogEntry, Subject } from "./bus.ts";
import { type Guard, guardThat } from "./guarded.ts";
import type { MemoryEngine } from "./memory-bus.ts";
import { Following } from "./memory-following.ts";
import { type MemoryFaults, MemoryLine } from "./memory-line.ts";
import { subjectFits } from "./subjects.ts";

/** Without an answer by then, a question to keys or a log is given up. */
export const ANSWER_LIMIT_MS = 2_000;

interface Subscription {
  readonly subject: Subject;
  readonly listener: (message: BusMessage) => void;
}

export class MemorySide implements Bus {
  /** Of this side, both ways; may be changed at any time. */
  faults: MemoryFaults;
  readonly #engine: MemoryEngine;
  readonly #up: MemoryLine;
  readonly #down: MemoryLine;
  readonly #subscriptions = new Set<Subscription>();
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  readonly #followings = new Set<Following<BusEntry> | Following<LogEntry>>();
  readonly #guard: Guard;
  readonly #inbox: string;
  #lastQuestion = 0;
  #isCut = false;
  #isCutInSilence = false;
  #isClosed = false;
  #wasConnected: boolean;

  constructor(
    engine: MemoryEngine,
    random: () => number,
    { faults, onTrouble }: { faults: MemoryFaults; onTrouble: (trouble: BusTrouble) => void },
  ) {
    this.#engine = engine;
    this.#guard = guardThat(onTrouble);
    this.faults = faults;
    this.#up = new MemoryLine(engine.clock, random, () => this.faults);
    this.#down = new MemoryLine(engine.clock, random, () => this.faults);
    this.#inbox = `_inbox.${Math.floor(random() * 2 ** 48).toString(36)}`;
    this.#wasConnected = engine.isUp;
  }

  get isConnected(): boolean {
    return this.#engine.isUp && !this.#isCut && !this.#isClosed;
  }

  get maxMessageBytes(): number {
    return this.#engine.maxMessageBytes;
  }

  get #isThrough(): boolean {
    return this.isConnected && !this.#isCutInSilence;
  }

  /** Parts it from the engine; `inSilence`: as a network does that swallows everything, so the side does not notice. */
  cut(how?: "inSilence"): void {
    if (how) this.#isCutInSilence = true;
    else this.#isCut = true;
    this.connectionChanged();
  }

  mend(): void {
    this.#isCut = false;
    this.#isCutInSilence = false;
    this.connectionChanged();
  }

  /** As for a process that was stopped: what comes is heard once it goes on. Its clock is the test's to stop. */
  hold(): void {
    this.#down.hold();
  }

  goOn(): void {
    this.#down.goOn();
  }

  /** As for an engine that was stopped: what is said to it, and what it has said, waits. */
  holdEngine(): void {
    this.#up.hold();
    this.#down.hold();
  }

  engineGoesOn(): void {
    this.#up.goOn();
    this.#down.goOn();
  }

  /** Watches of keys and logs that there are tell nothing any more, and nothing says so. */
  stall(): void {
    for (const following of this.#followings) following.stall();
  }

  connectionChanged(): void {
    if (this.#isThrough) for (const following of this.#followings) following.attach();
    else {
      this.#up.breakOff();
      this.#down.breakOff();
      for (const following of this.#followings) following.detach();
    }
    const { isConnected } = this;
    if (isConnected === this.#wasConnected) return;
    this.#wasConnected = isConnected;
    for (const listener of [...this.#listeners]) this.#guard("the connection", () => listener(isConnected));
  }

  watchConnection(listener: (isConnected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(subject: Subject, data: Uint8Array): void {
    this.#publish(subject, data, undefined);
  }

  subscribe(subject: Subject, listener: (message: BusMessage) => void): () => void {
    const subscription = { subject, listener };
    this.#subscriptions.add(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  ask(subject: Subject, data: Uint8Array, onAnswer: (data: Uint8Array) => void): () => void {
    this.#lastQuestion += 1;
    const reply = `${this.#inbox}.${this.#lastQuestion}`;
    const end = this.subscribe(reply, (answer) => onAnswer(answer.data));
    this.#publish(subject, data, reply);
    return end;
  }

  /** Engine → side; the side's own subscriptions as they are when it arrives. */
  hear(subject: Subject, data: Uint8Array, reply: string | undefined): void {
    if (!this.#isThrough) return;
    const hears = ({ subject: wanted }: Subscription) => subjectFits(wanted, subject);
    if (![...this.#subscriptions].some(hears)) return;
    const respond = reply === undefined ? undefined : (answer: Uint8Array) => this.publish(reply, answer);
    this.#down.put(() => {
      for (const one of [...this.#subscriptions])
        if (hears(one) && this.#subscriptions.has(one))
          this.#guard(one.subject, () => one.listener({ subject, data, respond }));
    }, "as-it-comes");
  }

  async keys(name: string): Promise<BusKeys> {
    const keys = await this.#ask(() => this.#engine.keysOf(name));
    return {
      get: (key) => this.#ask(() => keys.get(key)),
      create: (key, value) => this.#ask(() => keys.create(key, value)),
      update: (key, value, revision) => this.#ask(() => keys.write(key, value, revision)),
      delete: async (key, revision) => void (await this.#ask(() => keys.write(key, undefined, revision))),
      settle: async (key) => void (await this.#ask(() => keys.write(key, undefined, undefined))),
      watch: (listener) =>
        this.#follow(
          new Following<BusEntry>(this.#down, {
            store: keys.followers,
            missed: (reached) => keys.since(reached),
            numberOf: ({ revision }) => revision,
            isTold: () => !this.#down.happens("missWatched"),
            from: 1,
            listener: (entry) => this.#guard(`keys ${name}`, () => listener(this.#shifted(entry))),
          }),
        ),
    };
  }

  #shifted(entry: BusEntry): BusEntry {
    return { ...entry, revision: entry.revision + (this.faults.watchShift ?? 0) };
  }

  async log(name: string): Promise<BusLog> {
    const log = await this.#ask(() => this.#engine.logOf(name));
    return {
      append: (key, data, { headers = new Map(), ...options } = {}) => {
        this.#check(data);
        const copied = { data: new Uint8Array(data), headers: new Map(headers) };
        return this.#ask(() => log.append(key, { ...copied, ...options }));
      },
      lastSequence: () => this.#ask(() => log.last),
      newest: (key) => this.#ask(() => log.newest(key)),
      follow: (from, listener) =>
        this.#follow(
          new Following<LogEntry>(this.#down, {
            store: log.followers,
            missed: (reached) => log.from(reached + 1),
            numberOf: ({ sequence }) => sequence,
            isTold: () => true,
            from,
            listener: (entry) => this.#guard(`log ${name}`, () => listener(entry)),
          }),
        ),
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    // All that was put on the way goes before this.
    if (this.#isThrough) await this.#ask(() => undefined).catch(() => undefined);
    this.#isClosed = true;
    this.#subscriptions.clear();
    this.connectionChanged();
    this.#followings.clear();
    this.#engine.detach(this);
  }

  #publish(subject: Subject, data: Uint8Array, reply: string | undefined): void {
    this.#check(data);
    if (!this.#isThrough) return;
    const copied = new Uint8Array(data);
    this.#up.put(() => this.#engine.route(subject, copied, reply), "as-it-comes");
  }

  #check(data: Uint8Array): void {
    if (data.length > this.maxMessageBytes)
      throw new RangeError(`${data.length} bytes are more than a message may have`);
  }

  /** Question to the engine itself. It is carried out, or not, also where no answer comes. */
  #ask<Answer>(work: () => Answer | Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { clock } = this.#engine;
      const limit = clock.setTimeout(() => reject(new NetlabError("no-bus/away")), ANSWER_LIMIT_MS);
      const settle = (how: () => void) => () => {
        clock.clearTimeout(limit);
        how();
      };
      const answer = (how: () => void) => {
        if (this.#isThrough && !this.#down.happens("loseAnswers")) this.#down.put(settle(how), "whole");
      };
      if (!this.#isThrough) return;
      this.#up.put(() => {
        try {
          const got = work();
          answer(() => resolve(got));
        } catch (error) {
          answer(() => reject(error));
        }
      }, "whole");
    });
  }

  #follow(following: Following<BusEntry> | Following<LogEntry>): () => void {
    this.#followings.add(following);
    if (this.#isThrough) this.#up.put(() => following.attach(), "whole");
    return () => {
      this.#followings.delete(following);
      following.end();
    };
  }
}
