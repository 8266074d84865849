/** How a well-behaved client fares meanwhile: measured on a thread of its own, so that what tortures does not slow the clock. */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { waitedMs } from "../processor-time.ts";
import { ms, percentile } from "./_figures.ts";

/** Only a client that is never answered waits so long. */
const PATIENCE_MS = 10_000;

export interface ProbeRequest {
  /** An echo role's port. */
  readonly echo: number;
  /** A bootstrap registry's. */
  readonly registry?: number;
  readonly everyMs: number;
  /** Daemon that is asked: what the machine keeps it waiting is no fault of it. */
  readonly pid: number;
  /** Without it, ten seconds. */
  readonly patienceMs?: number;
}

/** What the worker is given. */
export type ProbeWork = Required<Omit<ProbeRequest, "registry">> &
  Pick<ProbeRequest, "registry"> & { readonly plain: number };

/** A stretch begins with a question under way, and is told of once the last one is answered. */
export type ProbeStep = "begin" | "going" | "tell";

export type LineName = "tcp" | "plain" | "udp";

/** Milliseconds from each question to its answer. */
export interface Probes {
  readonly tcp: number[];
  /** The same, of a plain server that nobody tortures. */
  readonly plain: number[];
  readonly udp: number[];
  /** Datagrams that were never answered. */
  lost: number;
  /** Those whose question of this stretch had no answer for so long. */
  readonly unanswered: LineName[];
  readonly patienceMs: number;
  /** For how long the daemon was ready to run in this stretch, and had no processor; and the machine stood still. */
  starvedMs: number;
}

/**
 * Below this a p99 is the machine's noise, not the daemon's doing: a doubling of it means nothing. Beside a whole test suite,
 * where the short form runs, only a daemon that stands still can be told from the noise.
 */
const NOISE_MS = { short: 1_000, long: 5 } as const;

export class Probe {
  readonly #worker: Worker;
  readonly #plain: Worker;
  readonly #pid: number;
  #failure: unknown;

  static async start(request: ProbeRequest): Promise<Probe> {
    const plain = new Worker(new URL("./_plain-worker.ts", import.meta.url));
    const [port] = (await once(plain, "message")) as [number];
    return new Probe(plain, { patienceMs: PATIENCE_MS, ...request, plain: port });
  }

  private constructor(plain: Worker, workerData: ProbeWork) {
    this.#pid = workerData.pid;
    this.#plain = plain;
    this.#worker = new Worker(new URL("./_probe-worker.ts", import.meta.url), { workerData });
    this.#worker.on("error", (error) => {
      this.#failure = error;
    });
  }

  /** What was asked and answered while this went on: at least once, however short it was. */
  async during<Result>(act: () => Promise<Result>): Promise<{ result: Result; probes: Probes }> {
    await this.#step("begin");
    const waitedBefore = waitedMs(this.#pid);
    const acting = act();
    this.#worker.postMessage("going" satisfies ProbeStep);
    const result = await acting;
    const probes = (await this.#step("tell")) as Probes;
    probes.starvedMs += waitedMs(this.#pid) - waitedBefore;
    return { result, probes };
  }

  async quiet(forMs: number): Promise<Probes> {
    return (await this.during(() => delay(forMs))).probes;
  }

  async #step(step: ProbeStep): Promise<unknown> {
    if (this.#failure) throw this.#failure;
    const answer = once(this.#worker, "message");
    this.#worker.postMessage(step);
    const [answered] = await answer;
    return answered;
  }

  async end(): Promise<void> {
    await Promise.all([this.#worker.terminate(), this.#plain.terminate()]);
  }
}

export const p99 = (values: readonly number[]) => percentile(values, 0.99);

/** Each kind of question of this stretch was. */
export const isAnswered = ({ unanswered }: Probes) => unanswered.length === 0;

/** Within twice its quiet value; where the machine itself is slow meanwhile, within twice what a plain server takes. In the short form the daemon may be starved. */
export function isUnharmed(quiet: Probes, now: Probes, size: "short" | "long"): boolean {
  const twice = 2 * Math.max(p99(quiet.tcp), p99(now.plain));
  const starvedMs = size === "short" ? now.starvedMs : 0;
  return isAnswered(now) && p99(now.tcp) <= Math.max(twice, NOISE_MS[size]) + starvedMs;
}

export function compared(quiet: Probes, now: Probes): string {
  const figure = `p99 ${ms(p99(now.tcp))} over ${now.tcp.length}, quiet ${ms(p99(quiet.tcp))}, a plain server beside it ${ms(p99(now.plain))}`;
  if (isAnswered(now)) return figure;
  return `${now.unanswered.join(" and ")} not answered for ${now.patienceMs / 1_000} s; ${figure}`;
}
