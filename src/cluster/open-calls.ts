/** Calls of a node that are on their way, by their numbers, which have no gaps: answers come for the oldest first, as a rule. */
import type { HubCall } from "../actors/hub-call.ts";

/** So many places of calls that are answered are given back at a time. */
const MANY = 1_024;

export class OpenCalls {
  /** Places before `#head` are empty. */
  #places: (HubCall | undefined)[] = [];
  #head = 0;
  #last = 0;

  /** Number of the call that came last; 0: there was none. */
  get last(): number {
    return this.#last;
  }

  push(call: HubCall): void {
    this.#places.push(call);
    this.#last += 1;
  }

  /** Undefined where there is none of this number any more, or yet. */
  take(number: number): HubCall | undefined {
    const at = this.#places.length - 1 - (this.#last - number);
    const call = this.#places[at];
    if (!call) return undefined;
    this.#places[at] = undefined;
    while (this.#head < this.#places.length && !this.#places[this.#head]) this.#head += 1;
    if (this.#head > MANY && this.#head * 2 > this.#places.length) this.#giveBack();
    return call;
  }

  #giveBack(): void {
    this.#places = this.#places.slice(this.#head);
    this.#head = 0;
  }

  get all(): HubCall[] {
    return this.#places.filter((call) => call !== undefined);
  }

  /** With their numbers. */
  get numbered(): [number, HubCall][] {
    const first = this.#last - this.#places.length + 1;
    return this.#places.flatMap((call, at) => (call ? [[first + at, call] as [number, HubCall]] : []));
  }

  clear(): void {
    this.#places = [];
    this.#head = 0;
  }
}
