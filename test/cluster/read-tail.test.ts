/** Tail of a log that is read a second time. */
import { expect, it } from "vitest";
import type { BusLog, LogEntry } from "../../src/cluster/bus.ts";
import { ReadTail } from "../../src/cluster/read-tail.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { turn } from "../fakes.ts";

const entry = (sequence: number): LogEntry => ({
  sequence,
  key: `k.${sequence}`,
  data: new Uint8Array(),
  headers: new Map(),
  ageMs: 0,
});

/** Log in which every entry but the newest has been written again since; it answers when the test says so. */
class MovedOn implements Pick<BusLog, "follow" | "newest"> {
  readonly #last: number;
  readonly #waiting: (() => void)[] = [];
  asked = 0;
  most = 0;

  constructor(last: number) {
    this.#last = last;
  }

  follow(_from: number, listener: (entry: LogEntry) => void): () => void {
    queueMicrotask(() => listener(entry(this.#last)));
    return () => undefined;
  }

  newest(key: string): Promise<LogEntry> {
    this.asked += 1;
    const { promise, resolve } = Promise.withResolvers<LogEntry>();
    const sequence = this.#last + Number(key.slice(2));
    this.most = Math.max(
      this.most,
      this.#waiting.push(() => resolve({ ...entry(sequence), key })),
    );
    return promise;
  }

  /** Whether anything was asked. */
  answer(): boolean {
    const waiting = this.#waiting.splice(0);
    for (const answer of waiting) answer();
    return waiting.length > 0;
  }
}

it("asks few questions at once for thousands of rows that were written again meanwhile, and takes none for lost", async () => {
  const clock = new SimulatedClock();
  const tail = new ReadTail(clock);
  tail.clear();
  for (let sequence = 1; sequence <= 20_000; sequence += 1) tail.add(entry(sequence));
  clock.advance(15_000);
  const log = new MovedOn(20_000);
  let lost = 0;
  tail.check(log as unknown as BusLog, () => {
    lost += 1;
  });
  await turn();
  while (log.answer()) await turn();
  expect([log.asked, log.most, lost]).toEqual([19_999, 32, 0]);
});
