/**
 * Engine in memory, and the sides that are attached to it, one a node. Without faults all arrives in the turn of the microtasks that
 * follows; time is the given clock's, chance the seed's. A side can be cut off and held, the engine can go and come back.
 */
import type { Clock } from "../machines/_world.ts";
import { seededRandom } from "../seeded-random.ts";
import type { BusTrouble } from "./bus.ts";
import type { MemoryFaults } from "./memory-line.ts";
import { MemorySide } from "./memory-side.ts";
import { MemoryKeys, MemoryLog } from "./memory-stores.ts";

export interface MemoryEngineOptions {
  readonly seed?: string | number;
  readonly maxMessageBytes?: number;
  /** Time in which writes that are compared and fit are not yet carried out: of two at once, both may be told that they are. */
  readonly settlesAfterMs?: number;
}

export class MemoryEngine {
  readonly clock: Clock;
  /** Largest message that it takes, in bytes. */
  readonly maxMessageBytes: number;
  readonly #settlesAfterMs: number;
  readonly #sides = new Set<MemorySide>();
  readonly #keys = new Map<string, MemoryKeys>();
  readonly #logs = new Map<string, MemoryLog>();
  readonly #seed: string;
  #isUp = true;
  #attached = 0;

  constructor(clock: Clock, given: MemoryEngineOptions = {}) {
    this.clock = clock;
    this.#seed = String(given.seed ?? "");
    this.#settlesAfterMs = given.settlesAfterMs ?? 0;
    this.maxMessageBytes = given.maxMessageBytes ?? 1_048_576;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** A bus of its own; a node may have several. */
  attach(faults: MemoryFaults = {}, onTrouble: (trouble: BusTrouble) => void = throwLater): MemorySide {
    this.#attached += 1;
    const random = seededRandom("memory-bus", this.#seed, this.#attached);
    const side = new MemorySide(this, random, { faults, onTrouble });
    this.#sides.add(side);
    return side;
  }

  detach(side: MemorySide): void {
    this.#sides.delete(side);
  }

  /** As after a `kill -9` of it: all sides see that it is gone; keys and logs are kept. */
  goAway(): void {
    this.#isUp = false;
    for (const side of this.#sides) side.connectionChanged();
  }

  comeBack(): void {
    this.#isUp = true;
    for (const side of this.#sides) side.connectionChanged();
  }

  /** As by SIGSTOP: no side sees that it is gone. */
  stop(): void {
    for (const side of this.#sides) side.holdEngine();
  }

  /** All that was said to it meanwhile is heard, of one side after the other. */
  goOn(): void {
    for (const side of this.#sides) side.engineGoesOn();
  }

  /** Loses the newest entries of a log, although it acknowledged them. */
  forgetNewest(log: string, count: number): void {
    this.logOf(log).forget(count);
  }

  /** Has another server lead the keys of a name, which has numbered the writes higher by so much, or lower. */
  renumberKeys(name: string, by: number): void {
    this.keysOf(name).renumber(by);
  }

  /** Loses all keys of a name, and counts anew. */
  forgetKeys(name: string): void {
    this.keysOf(name).forgetAll();
  }

  /** To every side that hears the subject, the sender's too. */
  route(subject: string, data: Uint8Array, reply: string | undefined): void {
    for (const side of this.#sides) side.hear(subject, data, reply);
  }

  keysOf(name: string): MemoryKeys {
    const keys = this.#keys.get(name) ?? new MemoryKeys(this.clock, this.#settlesAfterMs);
    this.#keys.set(name, keys);
    return keys;
  }

  logOf(name: string): MemoryLog {
    const log = this.#logs.get(name) ?? new MemoryLog(this.clock, this.#settlesAfterMs);
    this.#logs.set(name, log);
    return log;
  }
}

/** Takes a fault of a listener for one of the whole program, where nothing else is said. */
function throwLater(trouble: BusTrouble): void {
  queueMicrotask(() => {
    throw trouble.kind === "listener" ? trouble.error : new Error(trouble.why);
  });
}
