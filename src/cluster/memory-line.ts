/** Line, one way, between a side and the engine in memory: what is put in comes out in order and once, or as its faults want. */
import type { Clock } from "../machines/_world.ts";

/** Chances from 0 to 1. Keys and logs come whole and in order, as an engine's own client sees to that. */
export interface MemoryFaults {
  /** Each way, in milliseconds: from the first to under the second. */
  readonly delayMs?: readonly [number, number];
  readonly lose?: number;
  readonly duplicate?: number;
  /** Overtakes another that is under way: something happens only where there is a delay, or a burst. */
  readonly reorder?: number;
  /** Question to keys or a log that is carried out, and whose answer does not come. */
  readonly loseAnswers?: number;
  /** Change of a key that a watch does not tell. */
  readonly missWatched?: number;
  /** A watch tells revisions that are higher by so much, or lower: its server is no true copy of the others any more. */
  readonly watchShift?: number;
}

/** `whole`: it is neither lost nor doubled nor overtaken. */
export type Care = "as-it-comes" | "whole";

export class MemoryLine {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #faults: () => MemoryFaults;
  #waiting: (() => void)[] = [];
  /** Due while the line was held. */
  #held: number | undefined;
  /** Goes up when the line breaks: what was under way is gone. */
  #break = 0;

  constructor(clock: Clock, random: () => number, faults: () => MemoryFaults) {
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
  }

  put(arrive: () => void, care: Care): void {
    const { lose = 0, duplicate = 0, reorder = 0 } = care === "whole" ? {} : this.#faults();
    if (this.#happens(lose)) return;
    this.#push(arrive, this.#happens(reorder));
    if (this.#happens(duplicate)) this.#push(arrive, this.#happens(reorder));
  }

  happens(fault: "loseAnswers" | "missWatched"): boolean {
    return this.#happens(this.#faults()[fault] ?? 0);
  }

  breakOff(): void {
    this.#break += 1;
    this.#waiting = [];
    if (this.#held !== undefined) this.#held = 0;
  }

  /** Holds what comes until it goes on. */
  hold(): void {
    this.#held ??= 0;
  }

  goOn(): void {
    const due = this.#held ?? 0;
    this.#held = undefined;
    for (let count = 0; count < due; count += 1) this.#arriveNext();
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#random() < chance;
  }

  /** Whichever turn comes first takes the first that waits, so delays that differ do not change the order. */
  #push(arrive: () => void, overtakes: boolean): void {
    const at = overtakes ? Math.floor(this.#random() * this.#waiting.length) : this.#waiting.length;
    this.#waiting.splice(at, 0, arrive);
    const [least, most] = this.#faults().delayMs ?? [0, 0];
    const delayMs = least + this.#random() * (most - least);
    const before = this.#break;
    const turn = () => {
      if (before === this.#break) this.#arriveNext();
    };
    if (delayMs > 0) this.#clock.setTimeout(turn, delayMs);
    else queueMicrotask(turn);
  }

  #arriveNext(): void {
    if (this.#held === undefined) this.#waiting.shift()?.();
    else this.#held += 1;
  }
}
