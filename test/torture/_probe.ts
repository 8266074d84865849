/** How a well-behaved client fares meanwhile: measured on a thread of its own, so that what tortures does not slow the clock. */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { ms, percentile } from "./_figures.ts";

export interface ProbeRequest {
  /** An echo role's port. */
  readonly echo: number;
  /** A bootstrap registry's. */
  readonly registry?: number;
  readonly everyMs: number;
}

/** Milliseconds from each question to its answer. */
export interface Probes {
  readonly tcp: number[];
  readonly udp: number[];
  /** Datagrams that were never answered. */
  lost: number;
}

/**
 * Below this a p99 is the machine's noise, not the daemon's doing: a doubling of it means nothing. Beside a whole test suite,
 * where the short form runs, only a daemon that stands still can be told from the noise.
 */
const NOISE_MS = { short: 1_000, long: 5 } as const;

export class Probe {
  readonly #worker: Worker;
  #failure: unknown;

  constructor(request: ProbeRequest) {
    this.#worker = new Worker(new URL("./_probe-worker.ts", import.meta.url), { workerData: request });
    this.#worker.on("error", (error) => {
      this.#failure = error;
    });
  }

  /** What was asked and answered while this went on. */
  async during<Result>(act: () => Promise<Result>): Promise<{ result: Result; probes: Probes }> {
    await this.#take();
    const result = await act();
    return { result, probes: await this.#take() };
  }

  async quiet(forMs: number): Promise<Probes> {
    return (await this.during(() => delay(forMs))).probes;
  }

  async #take(): Promise<Probes> {
    if (this.#failure) throw this.#failure;
    const answer = once(this.#worker, "message");
    this.#worker.postMessage("tell");
    const [probes] = (await answer) as [Probes];
    return probes;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

export const p99 = (values: readonly number[]) => percentile(values, 0.99);

/** Within twice the quiet value, or within noise. */
export function isUnharmed(
  quiet: readonly number[],
  now: readonly number[],
  size: "short" | "long",
): boolean {
  return now.length > 0 && p99(now) <= Math.max(2 * p99(quiet), NOISE_MS[size]);
}

export const compared = (before: readonly number[], now: readonly number[]) =>
  `p99 ${ms(p99(now))} over ${now.length}, without it ${ms(p99(before))}`;
