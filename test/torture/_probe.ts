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
  /** The same, of a plain server that nobody tortures. */
  readonly plain: number[];
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
  readonly #plain: Worker;
  #failure: unknown;

  static async start(request: ProbeRequest): Promise<Probe> {
    const plain = new Worker(new URL("./_plain-worker.ts", import.meta.url));
    const [port] = (await once(plain, "message")) as [number];
    return new Probe(plain, { ...request, plain: port });
  }

  private constructor(plain: Worker, workerData: ProbeRequest & { readonly plain: number }) {
    this.#plain = plain;
    this.#worker = new Worker(new URL("./_probe-worker.ts", import.meta.url), { workerData });
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
    await Promise.all([this.#worker.terminate(), this.#plain.terminate()]);
  }
}

export const p99 = (values: readonly number[]) => percentile(values, 0.99);

/** Within twice its quiet value; where the machine itself is slow meanwhile, within twice what a plain server takes. */
export function isUnharmed(quiet: Probes, now: Probes, size: "short" | "long"): boolean {
  const twice = 2 * Math.max(p99(quiet.tcp), p99(now.plain));
  return now.tcp.length > 0 && p99(now.tcp) <= Math.max(twice, NOISE_MS[size]);
}

export const compared = (quiet: Probes, now: Probes) =>
  `p99 ${ms(p99(now.tcp))} over ${now.tcp.length}, quiet ${ms(p99(quiet.tcp))}, a plain server beside it ${ms(p99(now.plain))}`;
