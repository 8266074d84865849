/**
 * How quickly new ones come, by who they are: in no span of the rate's time are more let in than its count, wherever the span begins. Who
 * comes more quickly is refused for a while.
 */
import type { Limits, Rate } from "./class-settings.ts";

/** Refusal of one who comes too quickly: it begins now, or began before. */
export interface TooQuick {
  readonly rate: Rate;
  readonly isNew: boolean;
  /** For how long from now on. */
  readonly leftMs: number;
}

interface Arrivals {
  readonly letIn: Moments;
  seenAt: number;
  refusedUntil: number;
}

/** Names that are remembered; of more, those that were seen longest ago are forgotten. */
const MOST_REMEMBERED = 4_096;

export class ArrivalRates {
  readonly #arrivals = new Map<string, Arrivals>();

  /** Counts an arrival, unless it is refused. */
  refuses(who: string, now: number, { rate, ban }: Limits): TooQuick | undefined {
    if (!rate) return undefined;
    const one = this.#remember(who, now);
    if (now < one.refusedUntil) return { rate, isNew: false, leftMs: one.refusedUntil - now };
    one.letIn.forget(now - rate.perMs);
    if (one.letIn.count < rate.count) {
      one.letIn.add(now);
      return undefined;
    }
    // Waiting as long as was told is enough.
    one.refusedUntil = Math.max(now + ban, one.letIn.oldest + rate.perMs);
    return { rate, isNew: true, leftMs: one.refusedUntil - now };
  }

  #remember(who: string, now: number): Arrivals {
    const before = this.#arrivals.get(who);
    // A clock that was set back would refuse until it is where it was.
    const one =
      before && before.seenAt <= now ? before : { letIn: new Moments(), seenAt: now, refusedUntil: 0 };
    one.seenAt = now;
    this.#arrivals.delete(who);
    this.#arrivals.set(who, one);
    for (const oldest of this.#arrivals.keys()) {
      if (this.#arrivals.size <= MOST_REMEMBERED) break;
      this.#arrivals.delete(oldest);
    }
    return one;
  }
}

/** Unused places at the beginning of a list, from which on it is worth the work to move the others there. */
const WORTH_MOVING = 64;

/** Moments in their order. */
class Moments {
  readonly #times: number[] = [];
  #first = 0;

  get count(): number {
    return this.#times.length - this.#first;
  }

  get oldest(): number {
    return this.#times[this.#first] ?? 0;
  }

  add(time: number): void {
    this.#times.push(time);
  }

  /** Up to that one, and it too. */
  forget(until: number): void {
    while (this.#first < this.#times.length && this.oldest <= until) this.#first += 1;
    if (this.#first < WORTH_MOVING || this.#first * 2 < this.#times.length) return;
    this.#times.splice(0, this.#first);
    this.#first = 0;
  }
}
